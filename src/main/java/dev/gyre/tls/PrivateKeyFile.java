package dev.gyre.tls;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.PBEParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Reads a private key in any of the forms that certificates come with: PKCS#8 (RFC 5208), encrypted by a
 * password or not, PKCS#1 (RFC 8017, appendix A.1.2; cert-manager's default), SEC 1 (RFC 5915), both also
 * with OpenSSL's own encryption.
 */
final class PrivateKeyFile {

    private static final List<String> ALGORITHMS = List.of("RSA", "EC");
    /** The parameters of PBES2 (RFC 8018, section 6.2) in the JDK's words. */
    private static final Pattern PBES2 = Pattern.compile("PBEWith(Hmac\\w+)AndAES_(\\d+)");
    /** Rounds of key derivation, each a microsecond; openssl uses 2,048, careful people a million. */
    private static final int MOST_ROUNDS = 10_000_000;
    private static final byte[] VERSION_0 = {Der.INTEGER, 1, 0};
    /** OID 1.2.840.113549.1.1.1 and NULL. */
    private static final byte[] RSA = {0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d,
        0x01, 0x01, 0x01, 0x05, 0x00};
    /** OID 1.2.840.10045.2.1 */
    private static final byte[] EC = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};

    private PrivateKeyFile() {
    }

    /** @param password of a key that is encrypted */
    static PrivateKey read(NamedText file, Optional<String> password) throws UnusableCertificate {
        Optional<byte[]> curve = Optional.empty();
        for (Pem block : Pem.read(file)) {
            String at = file.name() + ", line " + block.line();
            switch (block.label()) {
                case "EC PARAMETERS" -> curve = Optional.of(block.der());
                case "PRIVATE KEY" -> {
                    return key(at, block.der());
                }
                case "ENCRYPTED PRIVATE KEY" -> {
                    return key(at, decrypted(at, block.der(), required(at, password)));
                }
                case "RSA PRIVATE KEY" -> {
                    return key(at, pkcs8(RSA, plain(at, block, password)));
                }
                case "EC PRIVATE KEY" -> {
                    byte[] key = plain(at, block, password);
                    byte[] named = Der.inside(key, Der.PARAMETERS).orElse(curve.orElse(new byte[0]));
                    return key(at, pkcs8(join(EC, named), key));
                }
                default -> { }
            }
        }
        throw new UnusableCertificate(file.name() + ": no private key (expected: PEM, \"-----BEGIN PRIVATE"
                + " KEY-----\", also of RSA, EC or ENCRYPTED)");
    }

    private static byte[] join(byte[] one, byte[] other) {
        byte[] both = new byte[one.length + other.length];
        System.arraycopy(one, 0, both, 0, one.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    private static byte[] pkcs8(byte[] algorithm, byte[] key) {
        return Der.element(Der.SEQUENCE, VERSION_0, Der.element(Der.SEQUENCE, algorithm),
                Der.element(Der.OCTETS, key));
    }

    private static PrivateKey key(String at, byte[] pkcs8) throws UnusableCertificate {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            } catch (GeneralSecurityException | RuntimeException e) {
                // Of another algorithm. The JDK's parser throws more kinds for bytes that no tool writes.
                continue;
            }
        }
        throw new UnusableCertificate(at + ": not a usable private key (expected: RSA or ECDSA)");
    }

    private static String required(String at, Optional<String> password) throws UnusableCertificate {
        return password.orElseThrow(() -> new UnusableCertificate(at + ": the key is encrypted (expected: its"
                + " \"password\" beside \"key\", best as \"${file:…}\")"));
    }

    private static byte[] plain(String at, Pem block, Optional<String> password) throws UnusableCertificate {
        return LegacyEncryption.encrypts(block)
                ? LegacyEncryption.decrypt(block, required(at, password))
                        .orElseThrow(() -> undecipherable(at))
                : block.der();
    }

    private static byte[] decrypted(String at, byte[] der, String password) throws UnusableCertificate {
        PBEKeySpec asText = new PBEKeySpec(password.toCharArray());
        try {
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
            AlgorithmParameters parameters = info.getAlgParameters();
            PBEParameterSpec spec = parameters.getParameterSpec(PBEParameterSpec.class);
            if (spec.getIterationCount() > MOST_ROUNDS) {
                throw undecipherable(at);
            }
            // Of PBES2 the parameters name the algorithm, and the info only the scheme.
            Matcher scheme = PBES2.matcher(parameters.toString());
            if (scheme.matches()) {
                return decryptedByPbes2(info.getEncryptedData(), scheme, spec, password);
            }
            Cipher cipher = Cipher.getInstance(info.getAlgName());
            SecretKey secret = SecretKeyFactory.getInstance(info.getAlgName()).generateSecret(asText);
            cipher.init(Cipher.DECRYPT_MODE, secret, parameters);
            return info.getKeySpec(cipher).getEncoded();
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            // The JDK's parser throws more kinds for bytes that no tool writes.
            throw undecipherable(at);
        } finally {
            asText.clearPassword();
        }
    }

    /** The JDK's own cipher of this name takes passwords in ASCII only. */
    private static byte[] decryptedByPbes2(byte[] encrypted, Matcher scheme, PBEParameterSpec spec,
            String password) throws GeneralSecurityException {
        byte[] key = SecretKeyFactory.getInstance("PBKDF2With" + scheme.group(1))
                .generateSecret(new PBEKeySpec(password.toCharArray(), spec.getSalt(),
                        spec.getIterationCount(), Integer.parseInt(scheme.group(2)))).getEncoded();
        Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), spec.getParameterSpec());
        return cipher.doFinal(encrypted);
    }

    private static UnusableCertificate undecipherable(String at) {
        return new UnusableCertificate(at + ": the key cannot be decrypted (expected: its password, and PBES2"
                + " with AES, as by \"openssl pkcs8 -topk8\")");
    }
}

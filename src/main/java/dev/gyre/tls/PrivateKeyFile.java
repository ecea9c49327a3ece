package dev.gyre.tls;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Reads a private key in any of the forms that certificates come with: PKCS#8 (RFC 5208), encrypted by a
 * password or not, PKCS#1 (RFC 8017, appendix A.1.2; cert-manager's default), SEC 1 (RFC 5915).
 */
final class PrivateKeyFile {

    private static final List<String> ALGORITHMS = List.of("RSA", "EC");
    private static final String PBES2 = "1.2.840.113549.1.5.13";
    private static final byte[] VERSION_0 = {Der.INTEGER, 1, 0};
    /** OID 1.2.840.113549.1.1.1 and NULL. */
    private static final byte[] RSA = {0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d,
        0x01, 0x01, 0x01, 0x05, 0x00};
    /** OID 1.2.840.10045.2.1 */
    private static final byte[] EC = {0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01};

    private PrivateKeyFile() {
    }

    static PrivateKey read(NamedText file, Optional<String> password) throws UnusableCertificate {
        String name = file.name();
        Optional<byte[]> curve = Optional.empty();
        for (Pem block : Pem.read(file)) {
            String at = name + ", line " + block.line();
            if (block.headers().stream().anyMatch(header -> header.contains("ENCRYPTED"))) {
                throw new UnusableCertificate(at + ": a key that is encrypted in OpenSSL's old form"
                        + " (expected: PKCS#8, as by \"openssl pkcs8 -topk8\")");
            }
            switch (block.label()) {
                case "EC PARAMETERS" -> curve = Optional.of(block.der());
                case "PRIVATE KEY" -> {
                    return key(at, block.der());
                }
                case "ENCRYPTED PRIVATE KEY" -> {
                    return key(at, decrypted(at, block.der(), password));
                }
                case "RSA PRIVATE KEY" -> {
                    return key(at, pkcs8(RSA, block.der()));
                }
                case "EC PRIVATE KEY" -> {
                    byte[] named = Der.inside(block.der(), Der.PARAMETERS)
                            .orElse(curve.orElse(new byte[0]));
                    return key(at, pkcs8(join(EC, named), block.der()));
                }
                default -> { }
            }
        }
        throw new UnusableCertificate(name + ": no private key (expected: -----BEGIN PRIVATE KEY----- or"
                + " another form of one)");
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
            } catch (InvalidKeySpecException e) {
                // Of another algorithm.
                continue;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
        throw new UnusableCertificate(at + ": no usable private key (expected: RSA or ECDSA)");
    }

    private static byte[] decrypted(String at, byte[] der, Optional<String> password)
            throws UnusableCertificate {
        if (password.isEmpty()) {
            throw new UnusableCertificate(at + ": the key is encrypted (expected: its \"password\" beside"
                    + " \"key\", best as ${file:…})");
        }
        try {
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
            // Of PBES2 the parameters name the algorithm, and the info only the scheme.
            String scheme = info.getAlgName();
            String algorithm = scheme.equals("PBES2") || scheme.equals(PBES2)
                    ? info.getAlgParameters().toString() : scheme;
            SecretKey secret = SecretKeyFactory.getInstance(algorithm)
                    .generateSecret(new PBEKeySpec(password.get().toCharArray()));
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(Cipher.DECRYPT_MODE, secret, info.getAlgParameters());
            return info.getKeySpec(cipher).getEncoded();
        } catch (IOException | GeneralSecurityException e) {
            throw new UnusableCertificate(at + ": the key cannot be decrypted (expected: its password, and"
                    + " PBES2 with AES, as by \"openssl pkcs8 -topk8\")");
        }
    }
}

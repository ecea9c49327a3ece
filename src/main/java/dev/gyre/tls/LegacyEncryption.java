package dev.gyre.tls;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The encryption of a PEM block by its own headers (RFC 1421, section 4.6), as OpenSSL still writes it for
 * keys of PKCS#1 and SEC 1. The key is derived with {@code EVP_BytesToKey}: MD5, one round, the first 8 bytes
 * of the initialisation vector as salt.
 */
final class LegacyEncryption {

    private static final Pattern HEADER =
            Pattern.compile("DEK-Info:\\s*([A-Za-z0-9-]+)\\s*,\\s*([0-9A-Fa-f]+)");
    private static final int SALT = 8;

    /** How Java calls a cipher of OpenSSL's, and the bytes of its key. */
    private record Known(String name, String algorithm, int keyBytes) {
    }

    private static final Map<String, Known> CIPHERS = Map.of(
            "AES-128-CBC", new Known("AES/CBC/PKCS5Padding", "AES", 16),
            "AES-192-CBC", new Known("AES/CBC/PKCS5Padding", "AES", 24),
            "AES-256-CBC", new Known("AES/CBC/PKCS5Padding", "AES", 32),
            "DES-EDE3-CBC", new Known("DESede/CBC/PKCS5Padding", "DESede", 24));

    private LegacyEncryption() {
    }

    static boolean encrypts(Pem block) {
        return block.headers().stream().anyMatch(header -> header.contains("ENCRYPTED"));
    }

    /** The key; empty where cipher or password are not the right ones. */
    static Optional<byte[]> decrypt(Pem block, String password) {
        for (String header : block.headers()) {
            Matcher info = HEADER.matcher(header);
            if (info.matches() && CIPHERS.containsKey(info.group(1)) && info.group(2).length() % 2 == 0) {
                return decrypt(CIPHERS.get(info.group(1)), HexFormat.of().parseHex(info.group(2)),
                        block.der(), password.getBytes(StandardCharsets.UTF_8));
            }
        }
        return Optional.empty();
    }

    private static Optional<byte[]> decrypt(Known cipher, byte[] vector, byte[] encrypted, byte[] password) {
        if (vector.length < SALT) {
            return Optional.empty();
        }
        try {
            byte[] key = derive(password, Arrays.copyOf(vector, SALT), cipher.keyBytes());
            Cipher decrypting = Cipher.getInstance(cipher.name());
            decrypting.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, cipher.algorithm()),
                    new IvParameterSpec(vector));
            return Optional.of(decrypting.doFinal(encrypted));
        } catch (GeneralSecurityException e) {
            return Optional.empty();
        }
    }

    private static byte[] derive(byte[] password, byte[] salt, int bytes) throws GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("MD5");
        byte[] key = new byte[bytes];
        byte[] before = {};
        for (int at = 0; at < bytes; at += before.length) {
            digest.update(before);
            digest.update(password);
            before = digest.digest(salt);
            System.arraycopy(before, 0, key, at, Math.min(before.length, bytes - at));
        }
        return key;
    }
}

package dev.gyre.upstream;

import dev.gyre.model.BackendId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret of sticky cookies. A cookie holds the first half of an HMAC-SHA256 (RFC 2104) of the backend's
 * name, so that it tells nothing about the backend, and that nobody can make one for a backend of his choice.
 */
public final class StickyKey {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int BYTES = 16;

    private final SecretKeySpec key;

    /** @param secret at least one byte; nodes with the same one know each other's cookies */
    public StickyKey(byte[] secret) {
        key = new SecretKeySpec(secret, ALGORITHM);
    }

    /** 22 characters of base64url. */
    String name(BackendId backend) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            byte[] bytes = mac.doFinal(("gyre sticky\n" + backend).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(bytes, BYTES));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}

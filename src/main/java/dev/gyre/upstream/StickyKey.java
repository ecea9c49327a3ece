package dev.gyre.upstream;

import dev.gyre.model.BackendId;
import dev.gyre.model.Sha256;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret of sticky cookies. A cookie holds the first half of an HMAC-SHA256 (RFC 2104) of the backend's
 * name. So a cookie reveals nothing about the backend, and a client cannot forge one for another backend.
 */
public final class StickyKey {

    private static final int BYTES = 16;

    private final SecretKeySpec key;

    /** @param secret at least one byte; nodes with the same one know each other's cookies */
    public StickyKey(byte[] secret) {
        key = Sha256.key(secret);
    }

    /** 22 characters of base64url. */
    String name(BackendId backend) {
        byte[] bytes = Sha256.hmac(key, "gyre sticky\n" + backend);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(bytes, BYTES));
    }
}

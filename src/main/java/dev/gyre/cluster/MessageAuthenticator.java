package dev.gyre.cluster;

import dev.gyre.model.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;

/**
 * Proves that a text was written by a process with the cluster's secret: HMAC-SHA256 (RFC 2104) over the text
 * and its purpose, so that a text signed for one purpose is invalid for another.
 */
final class MessageAuthenticator {

    private final SecretKeySpec key;

    /** @param secret of the cluster; its name where there is none, which keeps clusters apart and no more */
    MessageAuthenticator(Optional<String> secret, String cluster) {
        key = Sha256.key(secret.orElse(cluster).getBytes(StandardCharsets.UTF_8));
    }

    /** The text with its signature in front. */
    String sign(String purpose, String text) {
        return mac(purpose, text) + " " + text;
    }

    /** The text, if its signature is valid. */
    Optional<String> verify(String purpose, Object received) {
        int space = received instanceof String text ? text.indexOf(' ') : -1;
        if (space < 0) {
            return Optional.empty();
        }
        String sealed = (String) received;
        String text = sealed.substring(space + 1);
        return matches(purpose, text, sealed.substring(0, space)) ? Optional.of(text) : Optional.empty();
    }

    boolean matches(String purpose, String text, String mac) {
        return MessageDigest.isEqual(mac(purpose, text).getBytes(StandardCharsets.US_ASCII),
                mac.getBytes(StandardCharsets.UTF_8));
    }

    /** 43 characters of base64url. */
    String mac(String purpose, String text) {
        return Base64.getUrlEncoder().withoutPadding()
                .encodeToString(Sha256.hmac(key, purpose + "\n" + text));
    }
}

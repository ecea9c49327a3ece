package dev.gyre.cluster;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A command for the address {@code gyre.admin} of a cluster's event bus, signed with {@code cluster.secret}:
 * the command's JSON with a field {@code signature} of {@code at} (milliseconds since 1970), {@code nonce}
 * and {@code mac}. Any verticle of the cluster may send one.
 */
public final class SignedCommand {

    static final String SIGNATURE = "signature";
    static final String NONCE = "nonce";
    static final String AT = "at";
    private static final String MAC = "mac";
    private static final String PURPOSE = "command";
    private static final int NONCE_BYTES = 16;

    private final MessageAuthenticator authenticator;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    /** Each has a later time than the one before, also if the clock is set back. */
    private final AtomicLong last = new AtomicLong();

    private SignedCommand(MessageAuthenticator authenticator, InstantSource clock) {
        this.authenticator = authenticator;
        this.clock = clock;
    }

    /**
     * Signs for one cluster.
     *
     * @param secret  {@code cluster.secret}; empty for a cluster without one
     * @param cluster {@code cluster.name}
     */
    public static SignedCommand signer(Optional<String> secret, String cluster, InstantSource clock) {
        return new SignedCommand(new MessageAuthenticator(secret, cluster), clock);
    }

    /** A copy that can be sent once, within ten minutes. */
    public JsonObject sign(JsonObject command) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        JsonObject signature = new JsonObject()
                .put(AT, last.updateAndGet(before -> Math.max(before + 1, clock.millis())))
                .put(NONCE, HexFormat.of().formatHex(nonce));
        JsonObject signed = command.copy();
        signed.remove(SIGNATURE);
        signature.put(MAC, authenticator.mac(PURPOSE, canonical(signed, signature)));
        return signed.put(SIGNATURE, signature);
    }

    /** The command without its signature, if that is valid; the caller checks its age. */
    static Optional<JsonObject> open(MessageAuthenticator authenticator, JsonObject signed) {
        if (!(signed.getValue(SIGNATURE) instanceof JsonObject signature)
                || !(signature.getValue(MAC) instanceof String mac)
                || !(signature.getValue(NONCE) instanceof String nonce && nonce.length() <= 64)
                || !(signature.getValue(AT) instanceof Number)) {
            return Optional.empty();
        }
        JsonObject command = signed.copy();
        command.remove(SIGNATURE);
        return authenticator.matches(PURPOSE, canonical(command, signature), mac) ? Optional.of(command)
                : Optional.empty();
    }

    private static String canonical(JsonObject command, JsonObject signature) {
        return signature.getLong(AT) + " " + signature.getString(NONCE) + " " + canonical(command);
    }

    /** With sorted keys, because the bus may write the object again on its way. */
    private static String canonical(Object value) {
        if (value instanceof JsonObject object) {
            Map<String, Object> sorted = new TreeMap<>(object.getMap());
            StringBuilder text = new StringBuilder("{");
            sorted.keySet().forEach(key -> text.append(text.length() == 1 ? "" : ",").append(Json.encode(key))
                    .append(':').append(canonical(object.getValue(key))));
            return text.append('}').toString();
        }
        if (value instanceof JsonArray array) {
            StringBuilder text = new StringBuilder("[");
            array.forEach(item -> text.append(text.length() == 1 ? "" : ",").append(canonical(item)));
            return text.append(']').toString();
        }
        return Json.encode(value);
    }
}

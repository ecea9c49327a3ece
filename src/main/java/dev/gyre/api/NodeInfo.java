package dev.gyre.api;

import dev.gyre.config.Durations;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * One node, as {@code node.list} shows it.
 *
 * @param name    for people, e.g. the host's name
 * @param id      for machines: 16 hexadecimal digits, kept in the data directory
 * @param address its address in the cluster, {@code host:port}; of a single node the one of its admin port
 * @param version of Gyre
 * @param view    version of the topology in use
 * @param age     time since its view changed
 * @param digest  of all entries of its registry; equal on nodes that agree
 * @param isolated its network looks broken: backends are down for it alone
 * @param clock   how far its wall clock is ahead of the asked node's; negative when behind
 * @param unknown entries that its version does not understand: it is older than the others
 * @param capacity share of its own steady rate that it can serve now, in percent
 */
public record NodeInfo(String name, String id, String address, String version, Duration uptime, String view,
        Duration age, String digest, boolean isolated, Duration clock, int unknown, int capacity) {

    boolean agrees(NodeInfo other) {
        return digest.equals(other.digest);
    }

    /** @param agrees its entries equal those of the asked node */
    JsonObject toJson(boolean agrees) {
        return new JsonObject().put("name", name).put("id", id).put("address", address)
                .put("version", version)
                .put("uptime", text(uptime)).put("view", view).put("age", text(age)).put("digest", digest)
                .put("agrees", agrees).put("state", "present")
                .put("network", isolated ? "broken" : "ok").put("clockOffsetMs", clock.toMillis())
                .put("notUnderstood", unknown).put("capacity", capacity);
    }

    /** In whole seconds. */
    static String text(Duration span) {
        return Durations.text(span.truncatedTo(ChronoUnit.SECONDS));
    }
}

package dev.gyre.admin;

import dev.gyre.config.Durations;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * One node, as {@code node.list} shows it.
 *
 * @param name    for people, e.g. the host's name
 * @param id      for machines: 16 hexadecimal digits, kept in the data directory
 * @param version of Gyre
 * @param view    version of the topology its traffic is served by
 */
public record NodeInfo(String name, String id, String version, Duration uptime, String view) {

    JsonObject toJson() {
        return new JsonObject().put("name", name).put("id", id).put("version", version)
                .put("uptime", Durations.text(uptime.truncatedTo(ChronoUnit.SECONDS))).put("view", view);
    }
}

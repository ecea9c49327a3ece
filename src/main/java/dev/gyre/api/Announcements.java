package dev.gyre.api;

import dev.gyre.discovery.Discovery;
import dev.gyre.model.BackendId;
import dev.gyre.registry.AnnouncedBackend;
import dev.gyre.registry.CommandRefused;
import dev.gyre.registry.DiscoveryCommand.Announce;
import dev.gyre.registry.Registry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;

/** The commands that backends send about themselves. */
final class Announcements {

    private final Registry registry;
    private final Discovery discovery;
    private final DrainWait drainWait;
    private final Nodes nodes;

    Announcements(Registry registry, Discovery discovery, DrainWait drainWait, Nodes nodes) {
        this.nodes = nodes;
        this.registry = registry;
        this.discovery = discovery;
        this.drainWait = drainWait;
    }

    Future<JsonObject> announce(CommandFields fields) throws CommandRefused {
        BackendId id = new BackendId(fields.service(), fields.newUrl(nodes));
        Optional<Integer> weight = fields.weight();
        Duration ttl =
                fields.requiredDuration("ttl", AnnouncedBackend.SHORTEST_TTL, AnnouncedBackend.LONGEST_TTL);
        fields.done();
        return discovery.announce(new Announce(id, weight, ttl), fields.backend())
                .map(applied -> Changes.reply(applied).put("backend", Changes.show(registry, id)));
    }

    Future<JsonObject> leave(CommandFields fields) throws CommandRefused {
        BackendId id = new BackendId(fields.service(), fields.url());
        Optional<Duration> wait = Changes.wait(fields);
        fields.done();
        Future<JsonObject> left = discovery.leave(id, fields.backend())
                .map(applied -> Changes.reply(applied).put("backend", Changes.show(registry, id)));
        return wait.isEmpty() ? left : left.compose(reply -> drainWait.left(id, wait.get(), reply));
    }
}

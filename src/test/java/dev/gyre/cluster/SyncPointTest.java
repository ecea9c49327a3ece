package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.cluster.SyncPoint.Memory;
import dev.gyre.kit.Await;
import dev.gyre.model.Topology;
import dev.gyre.registry.Declaration;
import dev.gyre.registry.Entries;
import dev.gyre.registry.Entry;
import dev.gyre.registry.Registry;
import dev.gyre.registry.RegistrySettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A change that the others have not heard of must never count as one that they had and removed. */
class SyncPointTest {

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() throws Exception {
        get(vertx.close());
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(Await.SECONDS, TimeUnit.SECONDS);
    }

    private static Entry backend(int number, String stamp) {
        return Entry.fromJson(new JsonObject().put("kind", "backend").put("layer", "operator")
                .put("name", "web http://10.0.0." + number + ":9001")
                .put("fields", new JsonObject().put("present", new JsonArray().add(stamp).add(true))));
    }

    @Test
    void itReachesUpToWhatAllHeldAndNoFurther() throws Exception {
        Registry registry = get(Registry.open(vertx, RegistrySettings.of(Optional.empty(), "node-a"),
                new Declaration(Topology.empty(), true), InstantSource.system()));
        Entry known = backend(1, "019d0c4f5a00-0000-0000000000000001");
        Entry news = backend(2, "019d0c4f5a01-0000-0000000000000001");
        get(registry.merge(List.of(known)));
        Entries held = registry.entries();
        get(registry.merge(List.of(news)));
        new SyncPoint().on(held, registry, 0);
        // What comes after it on the registry's own thread: the note is taken by then.
        get(registry.giveUp(Map.of()));
        assertThat(registry.note("agreed")).contains(known.stamp().toString());
        assertThat(SyncPoint.removed(registry.entries().all(), Memory.of(registry).agreed(),
                key -> Optional.empty(), key -> false)).containsOnlyKeys(known.key());
        get(registry.close());
    }
}

package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.cluster.SyncPoint.Memory;
import dev.gyre.registry.Entry;
import dev.gyre.registry.Key;
import dev.gyre.registry.Stamp;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a node that was away gives up is what all held once and the others hold no more, and no more. */
class ResurrectedFieldsTest {

    private static final Stamp OLD = at(1);
    private static final Stamp AGREED = at(5);
    private static final Stamp LATER = at(9);

    private static Stamp at(long wall) {
        return new Stamp(wall, 0, 1);
    }

    private static Entry entry(String name, Map<String, Stamp> fields) {
        JsonObject registers = new JsonObject();
        fields.forEach((field, stamp) -> registers.put(field, new JsonArray().add(stamp.toString()).add(1)));
        return Entry.fromJson(new JsonObject().put("layer", "operator").put("kind", "backend")
                .put("name", name).put("fields", registers));
    }

    private static Map<Key, Optional<Entry>> removed(Entry held, Optional<Entry> shared, boolean unread) {
        return SyncPoint.removed(List.of(held), AGREED, key -> shared, key -> unread);
    }

    @Test
    void fieldByField() {
        Entry old = entry("a", Map.of("weight", OLD, "zone", AGREED));
        assertThat(removed(old, Optional.empty(), false)).containsEntry(old.key(), Optional.empty());
        Entry part = entry("a", Map.of("weight", OLD, "zone", LATER));
        Entry rest = entry("a", Map.of("zone", LATER));
        assertThat(removed(part, Optional.empty(), false)).containsEntry(part.key(), Optional.of(rest));
        assertThat(removed(part, Optional.of(entry("a", Map.of("draining", LATER))), false))
                .as("something else is held there since").containsEntry(part.key(), Optional.of(rest));
    }

    @Test
    void whatIsHeldOrLaterOrNotReadableStays() {
        Entry old = entry("a", Map.of("weight", OLD));
        assertThat(removed(old, Optional.of(entry("a", Map.of("weight", LATER))), false)).isEmpty();
        assertThat(removed(entry("a", Map.of("weight", LATER)), Optional.empty(), false)).isEmpty();
        assertThat(removed(old, Optional.empty(), true)).isEmpty();
    }

    @Test
    void nobodyIsBehindWhoHasNeverAgreedOrHasAgreedSince() {
        Memory forgot = new Memory(LATER, AGREED);
        assertThat(new Memory(OLD, Stamp.ZERO).isBehind(forgot)).isTrue();
        assertThat(new Memory(AGREED, Stamp.ZERO).isBehind(forgot)).isFalse();
        assertThat(Memory.NONE.isBehind(forgot)).as("a new node, or one that lost its disk").isFalse();
        assertThat(SyncPoint.behind(forgot, List.of(Memory.NONE, new Memory(OLD, Stamp.ZERO), forgot)))
                .isEqualTo(OLD);
        assertThat(SyncPoint.behind(forgot, List.of(Memory.NONE, forgot))).isEqualTo(Stamp.ZERO);
    }

    @Test
    void aMemoryIsReadAsItWasWritten() {
        Memory memory = new Memory(OLD, LATER);
        assertThat(Memory.fromJson(memory.toJson())).isEqualTo(memory);
        assertThat(Memory.fromJson(new JsonObject().put("agreed", 5))).isEqualTo(Memory.NONE);
    }
}

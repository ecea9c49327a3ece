package dev.gyre.registry;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A backend that has announced itself, as the registry keeps it. Its renewals are not kept: an entry is
 * written only when something other than the time of the last one has changed.
 *
 * @param weight it asks for; empty: it leaves that to the others
 * @param ttl    so long without a renewal, and it counts as gone
 * @param ending why it drains, e.g. {@code lease expired}; empty: it does not, as far as its own word goes
 * @param stamp  of its entry
 * @param spare  it ends, drains, and nobody but itself ever wanted it: once drained it can be forgotten
 */
public record Announced(BackendId id, Optional<Integer> weight, Duration ttl, Optional<String> ending,
                        Stamp stamp, boolean spare) {

    /** The least and the most that a backend may ask for. */
    public static final Duration SHORTEST_TTL = Duration.ofSeconds(3);
    public static final Duration LONGEST_TTL = Duration.ofHours(24);

    private static final String TTL = "ttl";
    private static final String ENDING = "ending";

    /** All of them, those of services that are not there included. */
    public static Map<BackendId, Announced> all(Entries entries) {
        return entries.live(Origin.DISCOVERY, Key.Kind.BACKEND).map(entry -> read(entries, entry))
                .collect(Collectors.toMap(Announced::id, Function.identity()));
    }

    /** One of them; empty when it has not announced itself, or has been forgotten since. */
    public static Optional<Announced> of(Entries entries, BackendId id) {
        return entries.entry(key(id))
                .filter(entry -> !entry.tombstone()).map(entry -> read(entries, entry));
    }

    private static Announced read(Entries entries, Entry entry) {
        Key key = entry.key();
        JsonObject value = entry.value();
        Thing thing = Thing.of(entries, key.in(Origin.OPERATOR));
        Optional<String> ending = Optional.ofNullable(value.getString(ENDING));
        boolean spare = ending.isPresent() && thing.onlyAnnounced()
                && thing.fields().getBoolean(Overlay.DRAINING, false);
        long ttl = value.getLong(TTL, SHORTEST_TTL.toMillis());
        return new Announced(new BackendId(key.head(), BackendUrl.parse(key.tail())),
                Optional.ofNullable(value.getInteger(Overlay.WEIGHT)), Duration.ofMillis(ttl), ending,
                entry.stamp(), spare);
    }

    Announced ending(String reason) {
        return new Announced(id, weight, ttl, Optional.of(reason), stamp, spare);
    }

    Entry toEntry(Stamp now) {
        JsonObject value = new JsonObject().put(TTL, ttl.toMillis());
        weight.ifPresent(given -> value.put(Overlay.WEIGHT, given));
        ending.ifPresent(reason -> value.put(ENDING, reason).put(Overlay.DRAINING, true));
        return Entry.of(key(id), now, value);
    }

    static Key key(BackendId id) {
        return Key.backend(Origin.DISCOVERY, id.service(), id.url());
    }

    /** What an announcement's entry says of the backend itself. */
    static JsonObject fields(JsonObject value) {
        JsonObject fields = new JsonObject();
        Stream.of(Overlay.WEIGHT, Overlay.DRAINING).filter(value::containsKey)
                .forEach(name -> fields.put(name, value.getValue(name)));
        return fields;
    }
}

package dev.gyre.registry;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A backend that has announced itself, as the registry keeps it. Its renewals are not kept: an entry is
 * written only when something other than the time of the last one has changed.
 *
 * @param weight it asks for; empty: it asks for none
 * @param ttl    time without a renewal after which it counts as gone
 * @param ending why it drains, e.g. {@code lease expired}; empty: its announcement does not drain it
 * @param stamp  of the latest of its fields
 * @param spare  it ends, drains, and stands in no other layer: once drained it can be forgotten
 */
public record AnnouncedBackend(BackendId id, Optional<Integer> weight, Duration ttl, Optional<String> ending,
                        Stamp stamp, boolean spare) {

    /** The shortest and the longest ttl that a backend may ask for. */
    public static final Duration SHORTEST_TTL = Duration.ofSeconds(3);
    public static final Duration LONGEST_TTL = Duration.ofHours(24);

    /** All of them, including those of unknown services. */
    public static Map<BackendId, AnnouncedBackend> all(Entries entries) {
        Map<BackendId, AnnouncedBackend> all = new LinkedHashMap<>();
        for (Entry entry : entries.announced()) {
            read(entries, entry).ifPresent(one -> all.put(one.id(), one));
        }
        return all;
    }

    /** One of them; empty when it has not announced itself, or has been forgotten since. */
    public static Optional<AnnouncedBackend> of(Entries entries, BackendId id) {
        return entries.entry(key(id)).flatMap(entry -> read(entries, entry));
    }

    private static Optional<AnnouncedBackend> read(Entries entries, Entry entry) {
        if (!entry.declares() || UnknownContent.gap(entry).isPresent()) {
            return Optional.empty();
        }
        Key key = entry.key();
        LayeredResource resource = LayeredResource.of(entries, key.in(Origin.OPERATOR));
        Optional<String> ending = entry.value(EntryFields.ENDING).map(String::valueOf);
        // The ttl of an operator's drain needs no look at the clock: the backend drains anyway.
        boolean spare = ending.isPresent() && resource.onlyAnnounced() && resource.draining(Instant.MIN);
        long ttl = entry.value(EntryFields.TTL).filter(Number.class::isInstance)
                .map(value -> ((Number) value).longValue()).orElse(SHORTEST_TTL.toMillis());
        return Optional.of(new AnnouncedBackend(new BackendId(key.head(), BackendUrl.parse(key.tail())),
                entry.value(EntryFields.WEIGHT).filter(Number.class::isInstance)
                        .map(value -> ((Number) value).intValue()),
                Duration.ofMillis(ttl), ending, entry.stamp(), spare));
    }

    static Key key(BackendId id) {
        return Key.backend(Origin.DISCOVERY, id.service(), id.url());
    }
}

package dev.gyre.registry;

import dev.gyre.model.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * One change, as history keeps it: as an entry like any other, and so saved, sent and merged like any other.
 *
 * @param stamp    of the entries it wrote
 * @param node     name of the node that made it
 * @param what     happened, in a sentence
 * @param version  of the topology after it, on that node
 * @param services it touched; all may have been where {@code before} is empty
 * @param before   what stood under each key it wrote; empty when it wrote more than {@link #MOST_KEYS}
 */
public record ChangeRecord(Stamp stamp, Author author, String node, String what, String version,
                           SortedSet<String> services, Optional<List<Former>> before) {

    /** A change of more keys is remembered, but cannot be taken back. */
    static final int MOST_KEYS = 2_000;
    private static final int LONGEST_WHAT = 500;

    /**
     * A key, and what stood there.
     *
     * @param entry empty: nothing, not even a tombstone
     */
    record Former(Key key, Optional<Entry> entry) {

        private JsonObject toJson() {
            return new JsonObject().put("kind", key.kind().word()).put("name", key.name())
                    .put("layer", key.layer().word()).put("entry", entry.map(Entry::toJson).orElse(null));
        }

        private static Former fromJson(JsonObject json) {
            Key key = new Key(Entry.layer(json.getString("layer")), Entry.kind(json.getString("kind")),
                    json.getString("name"));
            return new Former(key, Optional.ofNullable(json.getJsonObject("entry")).map(Entry::fromJson));
        }
    }

    public ChangeRecord {
        before = before.map(List::copyOf);
    }

    /**
     * @param node   the name of this node
     * @param before what the change was made on
     * @param after  what it led to
     */
    static ChangeRecord of(Command.Change change, Stamp stamp, Author author, String node, State before,
                           State after) {
        String version = after.topology().version();
        String what = change.what();
        String shown = what.length() > LONGEST_WHAT ? what.substring(0, LONGEST_WHAT) + "…" : what;
        SortedSet<String> services = new TreeSet<>();
        if (change.entries().size() > MOST_KEYS) {
            return new ChangeRecord(stamp, author, node, shown, version, services, Optional.empty());
        }
        List<Key> keys = change.entries().stream().map(Entry::key).toList();
        keys.forEach(key -> Stream.of(before, after).flatMap(state -> service(state, key))
                .forEach(services::add));
        return new ChangeRecord(stamp, author, node, shown, version, services, Optional.of(keys.stream()
                .map(key -> new Former(key, before.entries().entry(key))).toList()));
    }

    /** The service a thing belongs to; a route belongs to the one it leads to. */
    private static Stream<String> service(State state, Key key) {
        return switch (key.kind()) {
            case SERVICE -> Stream.of(key.name());
            case BACKEND -> Stream.of(key.head());
            case ROUTE -> Stream.ofNullable(
                    state.thing(key.in(Origin.OPERATOR)).fields().getString(Overlay.SERVICE));
            case CHANGE -> Stream.empty();
        };
    }

    public Instant time() {
        return Instant.ofEpochMilli(stamp.wall());
    }

    /** Of the node that made it: 16 hexadecimal digits. */
    public String nodeId() {
        return HexFormat.of().toHexDigits(stamp.node());
    }

    boolean touches(String service) {
        return before.isEmpty() || services.contains(service);
    }

    Entry toEntry() {
        JsonObject value = new JsonObject().put("who", author.text()).put("node", node).put("what", what)
                .put("version", version);
        before.ifPresentOrElse(
                formers -> value.put("services", new JsonArray(List.copyOf(services)))
                        .put("before", new JsonArray(formers.stream().map(Former::toJson).toList())),
                () -> value.put("details", false));
        return Entry.of(Key.change(author.layer(), stamp), stamp, value);
    }

    /** @throws IllegalArgumentException or ClassCastException when it is no record of a change */
    static ChangeRecord of(Entry entry) {
        Origin layer = entry.key().layer();
        JsonObject value = entry.value();
        boolean whole = Stream.of("who", "node", "what", "version").allMatch(value::containsKey)
                && entry.key().equals(Key.change(layer, entry.stamp()));
        if (!whole) {
            throw new IllegalArgumentException("no record of a change: " + entry.toJson().encode());
        }
        SortedSet<String> services = new TreeSet<>();
        value.getJsonArray("services", new JsonArray()).forEach(name -> services.add((String) name));
        Optional<List<Former>> before = Optional.ofNullable(value.getJsonArray("before"))
                .map(array -> array.stream().map(JsonObject.class::cast).map(Former::fromJson).toList());
        return new ChangeRecord(entry.stamp(), new Author(layer, value.getString("who")),
                value.getString("node"), value.getString("what"), value.getString("version"), services,
                before);
    }

    /** How many former entries it carries, without reading them. */
    static int weight(Entry entry) {
        return entry.value().getJsonArray("before", new JsonArray()).size();
    }
}

package dev.gyre.registry;

import dev.gyre.model.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * One change, as history keeps it: an entry like any other, which is saved, sent and merged like any other.
 *
 * @param stamp    of the change; an automatic end has the same stamp on every node, so that it is one event
 * @param time     when it was made, by the clock of the cluster
 * @param node     name of the node that made it
 * @param what     happened, in a sentence
 * @param version  of the topology after it, on that node
 * @param services it touched; if {@code fields} is empty, it may have touched all
 * @param fields   that it wrote; empty if it wrote more entries than {@link #MOST_KEYS}
 */
public record ChangeRecord(Stamp stamp, Instant time, Author author, String node, String what, String version,
        SortedSet<String> services, Optional<List<FieldChange>> fields) {

    /** A change of more keys is recorded, but cannot be rolled back. */
    static final int MOST_KEYS = 2_000;
    private static final int LONGEST_WHAT = 2_000;
    private static final int SHORT_WHAT = 60;

    /**
     * One field of one layer before and after a change.
     *
     * @param before empty: the field was unknown, not even known as unset
     * @param below  values of the layers below, if this layer had none before or after
     */
    public record FieldChange(Key key, Optional<Register> before, Register after, Optional<Object> below) {

        private static List<FieldChange> of(Entry written, Entries before, Entries after) {
            Optional<Entry> old = before.entry(written.key());
            LayeredResource resource = LayeredResource.of(before, written.key().in(Origin.OPERATOR));
            return written.registers().stream().map(register -> {
                Optional<Register> was = old.flatMap(entry -> entry.register(register.name()));
                Register is = after.entry(written.key()).flatMap(entry -> entry.register(register.name()))
                        .orElse(register);
                boolean said = was.filter(Register::isSet).isPresent() && is.isSet();
                return new FieldChange(written.key(), was, is, said ? Optional.empty()
                        : resource.valueBelow(written.key().layer(), register.name()));
            }).toList();
        }

        /**
         * For people: the values of this layer and those below it, with {@code beforeUnset} or {@code
         * afterUnset} if this layer itself had none.
         */
        public JsonObject described() {
            JsonObject json = new JsonObject().put("kind", key.kind()).put("name", key.name())
                    .put("layer", key.layer()).put("field", after.name());
            boolean wasSet = before.filter(Register::isSet).isPresent();
            json.put("before", value(before, wasSet)).put("after", value(Optional.of(after), after.isSet()));
            if (!wasSet) {
                json.put("beforeUnset", true);
            }
            return after.isSet() ? json : json.put("afterUnset", true);
        }

        private Object value(Optional<Register> said, boolean set) {
            return FieldTexts.readable(after.name(),
                    (set ? said.flatMap(Register::value) : below).orElse(null));
        }

        /** It changes the value that counts. */
        boolean isEffective() {
            return !before.filter(Register::isSet).flatMap(Register::value)
                    .equals(after.isSet() ? after.value() : Optional.empty())
                    || before.filter(Register::isSet).isPresent() != after.isSet();
        }

        private JsonArray toJson() {
            JsonArray json = new JsonArray().add(key.layer()).add(key.kind()).add(key.name())
                    .add(after.name()).add(after.toJson());
            if (before.isPresent() || below.isPresent()) {
                json.add(before.map(Register::toJson).orElse(null));
            }
            return below.map(json::add).orElse(json);
        }

        private static FieldChange fromJson(JsonArray json) {
            Key key = new Key(json.getString(0), json.getString(1), json.getString(2));
            String field = json.getString(3);
            Optional<Object> before = json.size() > 5 ? Optional.ofNullable(json.getValue(5))
                    : Optional.empty();
            return new FieldChange(key, before.map(was -> Register.fromJson(field, was)),
                    Register.fromJson(field, json.getValue(4)),
                    json.size() > 6 ? Optional.ofNullable(json.getValue(6)) : Optional.empty());
        }
    }

    public ChangeRecord {
        fields = fields.map(List::copyOf);
    }

    /**
     * @param node   the name of this node
     * @param before what the change was made on
     * @param after  what it led to
     */
    static ChangeRecord of(Change change, Stamp stamp, Author author, String node,
            RegistryState before,
            RegistryState after) {
        String version = after.topology().version();
        String what = change.what();
        String shown = what.length() > LONGEST_WHAT ? what.substring(0, LONGEST_WHAT) + "…" : what;
        SortedSet<String> services = new TreeSet<>();
        if (change.entries().size() > MOST_KEYS) {
            return new ChangeRecord(stamp, before.now(), author, node, shown, version, services,
                    Optional.empty());
        }
        List<FieldChange> fields = new ArrayList<>();
        for (Entry entry : change.entries()) {
            Stream.of(before, after).flatMap(state -> service(state, entry.key())).forEach(services::add);
            fields.addAll(FieldChange.of(entry, before.entries(), after.entries()));
        }
        return new ChangeRecord(stamp, before.now(), author, node, shown, version, services,
                Optional.of(fields));
    }

    /** The state after a change: with its record, if it changes anything. */
    static RegistryState applied(RegistryState before, Change change, Stamp stamp, Author author,
            String node) {
        if (change.entries().isEmpty()) {
            return before;
        }
        RegistryState after = before.with(change.entries());
        return after == before ? before
                : after.with(List.of(of(change, stamp, author, node, before, after).toEntry()));
    }

    /** The service a resource belongs to; a route belongs to the one it leads to. */
    private static Stream<String> service(RegistryState state, Key key) {
        return switch (key.kind()) {
            case Key.SERVICE -> Stream.of(key.name());
            case Key.BACKEND -> Stream.of(key.head());
            case Key.ROUTE -> state.resource(key.in(Origin.OPERATOR)).text(EntryFields.SERVICE).stream();
            default -> Stream.empty();
        };
    }

    /** Id of the node that made it: 16 hexadecimal digits. */
    public String nodeId() {
        return HexFormat.of().toHexDigits(stamp.node());
    }

    /** Whether its time is known; older versions did not always write it. */
    public boolean timed() {
        return time.toEpochMilli() > 0;
    }

    /** The fields that it changed; empty also if they were too many to be kept. */
    public List<FieldChange> differences() {
        return fields.orElse(List.of()).stream().filter(FieldChange::isEffective).toList();
    }

    /** It wrote too many entries for its fields to be kept. */
    boolean large() {
        return fields.isEmpty() && services.isEmpty();
    }

    /** What happened, as a part of another sentence. */
    String shortly() {
        return what.length() > SHORT_WHAT ? what.substring(0, SHORT_WHAT) + "…" : what;
    }

    boolean touches(String service) {
        return fields.isEmpty() || services.contains(service);
    }

    Entry toEntry() {
        JsonObject value = new JsonObject().put("who", author.text()).put("node", node).put("what", what)
                .put("version", version).put("time", time.toEpochMilli());
        fields.ifPresentOrElse(
                all -> value.put("services", new JsonArray(List.copyOf(services)))
                        .put("fields", new JsonArray(all.stream().map(FieldChange::toJson).toList())),
                () -> value.put(EntryFields.DETAILS, false));
        return Entry.of(Key.change(author.layer(), stamp), Register.set(EntryFields.RECORD, stamp, value));
    }

    /** Empty if this version cannot read it. */
    static Optional<ChangeRecord> of(Entry entry) {
        try {
            Stamp stamp = Stamp.parse(entry.key().name());
            JsonObject value = (JsonObject) entry.value(EntryFields.RECORD).orElseThrow();
            SortedSet<String> services = new TreeSet<>();
            value.getJsonArray("services", new JsonArray()).forEach(name -> services.add((String) name));
            Optional<List<FieldChange>> fields = Optional.ofNullable(value.getJsonArray("fields"))
                    .map(array -> array.stream().map(JsonArray.class::cast).map(FieldChange::fromJson)
                            .toList());
            return Optional.of(new ChangeRecord(stamp,
                    Instant.ofEpochMilli(value.getLong("time", stamp.wall())),
                    new Author(entry.key().origin().orElseThrow(), value.getString("who")),
                    value.getString("node"), value.getString("what"), value.getString("version"), services,
                    fields));
        } catch (RuntimeException e) {
            // From a newer version, or edited by hand: it is kept unchanged and not shown.
            return Optional.empty();
        }
    }

    
}

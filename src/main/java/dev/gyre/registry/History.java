package dev.gyre.registry;

import dev.gyre.config.Nearest;
import dev.gyre.model.Topology;
import dev.gyre.registry.ChangeRecord.FieldChange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.stream.Stream;

/**
 * The recorded changes, and earlier versions of the topology. An earlier version is computed by undoing the
 * later changes with the former values in their records; so only changes are stored, not whole topologies.
 */
public final class History {

    private static final int NEAREST = 4;

    private final Entries entries;
    private final Topology topology;
    private final Instant now;
    private final List<ChangeRecord> records;

    History(RegistryState state) {
        this.entries = state.entries();
        this.topology = state.topology();
        this.now = state.now();
        this.records = entries.changes().stream().map(ChangeRecord::of).flatMap(Optional::stream).toList();
    }

    /**
     * A version that a rollback can restore.
     *
     * @param version in full
     * @param change  that led to it; empty: it is the current version, which no single change led to
     */
    public record Point(String version, Optional<ChangeRecord> change) { }

    

    /** The latest first, by the time of each; those without a time last. */
    public Stream<ChangeRecord> changes() {
        return records.stream().sorted(Comparator.comparing(ChangeRecord::time)
                .thenComparing(ChangeRecord::stamp).reversed());
    }

    /**
     * The changes that touched a service, the latest first.
     *
     * @throws CommandRefused 404 if neither the topology nor any change has it
     */
    public Stream<ChangeRecord> changes(String service) throws CommandRefused {
        List<String> known = Stream.concat(topology.services().keySet().stream(),
                records.stream().flatMap(record -> record.services().stream())).distinct().toList();
        if (!known.contains(service)) {
            throw new CommandRefused(404, "no service \"" + service + "\", neither now nor in the history "
                    + Suggestions.hint(service, known));
        }
        return changes().filter(record -> record.touches(service));
    }

    /** The current version. */
    public Point now() {
        return points().filter(point -> point.version().equals(topology.version())).findFirst()
                .orElseGet(() -> new Point(topology.version(), Optional.empty()));
    }

    private Stream<Point> points() {
        return records.stream().map(record -> new Point(record.version(), Optional.of(record)));
    }

    /**
     * The version with this prefix.
     *
     * @param prefix its first characters, enough to be unique
     * @throws CommandRefused 404 if there is none, 409 if there are several
     */
    public Point find(String prefix) throws CommandRefused {
        return find(prefix, true);
    }

    /** @param guess suggest a similar version; not before a change of everything */
    Point find(String prefix, boolean guess) throws CommandRefused {
        String text = prefix.toLowerCase(Locale.ROOT);
        Map<String, Point> known = new TreeMap<>(Map.of(topology.version(), now()));
        points().forEach(point -> known.put(point.version(), point));
        if (known.containsKey(text)) {
            return known.get(text);
        }
        List<String> found = known.keySet().stream().filter(version -> version.startsWith(text)).toList();
        if (found.size() == 1) {
            return known.get(found.get(0));
        }
        if (found.isEmpty()) {
            throw new CommandRefused(404, "no version \"" + prefix + "\" in the history "
                    + (guess ? nearest(text, List.copyOf(known.keySet()))
                    : "(\"history\" shows all " + known.size() + ")"));
        }
        int shown = Math.min(NEAREST, found.size());
        throw new CommandRefused(409, "version \"" + prefix + "\" may be " + found.size()
                + " of the history: " + String.join(", ", found.subList(0, shown))
                + (shown < found.size() ? ", …" : "") + " (expected: more of its characters)");
    }

    /** Those beside which it would stand. */
    private static String nearest(String text, List<String> sorted) {
        int place = (int) sorted.stream().filter(version -> version.compareTo(text) < 0).count();
        int from = Math.max(0, Math.min(place - NEAREST / 2, sorted.size() - NEAREST));
        List<String> around = sorted.subList(from, Math.min(from + NEAREST, sorted.size()));
        return "(" + Nearest.to(text, sorted).map(near -> "did you mean \"" + near + "\"? ").orElse("")
                + "nearest: " + String.join(", ", around) + "; \"history\" shows all " + sorted.size() + ")";
    }

    /**
     * The topology of that version.
     *
     * @throws CommandRefused 409 if a later change was too large to be recorded in full
     */
    public Topology at(Point point) throws CommandRefused {
        Topology then = LayerMerge.topology(entriesAt(point), point.change().map(ChangeRecord::time)
                .orElse(now));
        return new Topology(then.services(), then.routes(), point.version());
    }

    /**
     * The former value of each field that has changed since: the one that the latest change up to the point
     * wrote, also if a change of a node that did not know it overwrote it; else the one that the first later
     * change found.
     */
    Entries entriesAt(Point point) throws CommandRefused {
        List<ChangeRecord> after = after(point);
        Map<Key, Map<String, Optional<Register>>> then = new TreeMap<>();
        for (ChangeRecord record : after) {
            for (FieldChange field : record.fields().orElseThrow(() -> tooLarge(point, record))) {
                then.computeIfAbsent(field.key(), key -> new TreeMap<>())
                        .merge(field.after().name(), field.before(), seenBy(point));
            }
        }
        for (ChangeRecord record : records.subList(0, records.size() - after.size())) {
            for (FieldChange field : record.fields().orElse(List.of())) {
                if (then.containsKey(field.key())) {
                    then.get(field.key()).computeIfPresent(field.after().name(), (name, held) ->
                            held.filter(other -> !field.after().overrules(other)).isPresent() ? held
                                    : Optional.of(field.after()));
                }
            }
        }
        List<Entry> former = new ArrayList<>();
        then.forEach((key, fields) -> {
            List<Register> registers = new ArrayList<>();
            entries.entry(key).stream().flatMap(entry -> entry.registers().stream())
                    .filter(register -> !fields.containsKey(register.name())).forEach(registers::add);
            fields.values().forEach(register -> register.ifPresent(registers::add));
            if (!registers.isEmpty()) {
                former.add(Entry.of(key, registers));
            }
        });
        return Entries.of(Stream.concat(entries.all().stream().filter(entry -> !entry.key().isChange()
                && !then.containsKey(entry.key())), former.stream()).toList());
    }

    /**
     * The earliest change after a point has the best record of the former value, unless its node did not yet
     * know a change of another node.
     */
    private static BinaryOperator<Optional<Register>> seenBy(Point point) {
        Stamp end = point.change().map(ChangeRecord::stamp).orElse(Stamp.ZERO);
        return (earlier, later) -> {
            boolean better = later.isPresent() && later.get().stamp().compareTo(end) <= 0
                    && (earlier.isEmpty() || earlier.get().stamp().compareTo(later.get().stamp()) < 0);
            return better ? later : earlier;
        };
    }

    private List<ChangeRecord> after(Point point) {
        return point.change().map(change -> records.stream()
                .filter(record -> record.stamp().compareTo(change.stamp()) > 0).toList()).orElse(List.of());
    }

    /**
     * Fields whose value at a point is uncertain, as messages name them. Either a field has changed since
     * without a record here: the record has not arrived yet, or a newer version wrote it. Or a change of
     * another node up to the point was too large to be recorded in full, and the node that overwrote the
     * field later may not have known it.
     */
    SortedSet<String> uncertain(Point point) {
        SortedSet<String> uncertain = new TreeSet<>();
        if (point.change().isEmpty()) {
            return uncertain;
        }
        Stamp end = point.change().get().stamp();
        Set<String> explained = new HashSet<>();
        records.forEach(record -> record.fields().orElse(List.of()).forEach(field ->
                explained.add(field.key() + "\n" + field.after().name() + "\n" + field.after().stamp())));
        for (Entry entry : entries.all()) {
            if (!entry.key().isChange() && UnknownContent.gap(entry).isEmpty()) {
                entry.registers().stream().filter(register -> register.stamp().compareTo(end) > 0
                                && !explained.contains(entry.key() + "\n" + register.name() + "\n"
                                        + register.stamp()))
                        .forEach(register -> uncertain.add(words(entry.key(), register)));
            }
        }
        records.stream().filter(record -> record.large() && record.stamp().compareTo(end) <= 0)
                .forEach(large -> after(point).stream()
                        .filter(record -> record.stamp().node() != large.stamp().node())
                        .flatMap(record -> record.fields().orElse(List.of()).stream())
                        .filter(field -> field.key().isIn(large.author().layer())
                                && !toldAfter(large, field, end))
                        .forEach(field -> uncertain.add(words(field.key(), field.after()))));
        return uncertain;
    }

    /** The last value of the field was written after the large change, which therefore does not matter. */
    private boolean toldAfter(ChangeRecord large, FieldChange changed, Stamp end) {
        return Stream.concat(changed.before().stream(), records.stream()
                        .filter(record -> record.stamp().compareTo(end) <= 0)
                        .flatMap(record -> record.fields().orElse(List.of()).stream())
                        .filter(field -> field.key().equals(changed.key())
                                && field.after().name().equals(changed.after().name()))
                        .map(FieldChange::after))
                .anyMatch(register -> register.stamp().compareTo(large.stamp()) >= 0);
    }

    private static String words(Key key, Register register) {
        return FieldTexts.name(key) + " " + register.name();
    }

    private CommandRefused tooLarge(Point point, ChangeRecord change) {
        return new CommandRefused(409, "version " + point.version() + " cannot be had any more: the change"
                + " of " + change.time() + " after it (" + change.shortly() + ") "
                + (change.large() ? "wrote more than " + ChangeRecord.MOST_KEYS + " entries"
                        : "was made by an older version of Gyre")
                + ", and what was there before was not kept (expected: " + change.version() + " or later)");
    }
}

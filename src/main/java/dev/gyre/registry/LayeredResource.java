package dev.gyre.registry;

import dev.gyre.model.Origin;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * One service, backend or route in all layers. Config declares; a backend may announce itself, with or
 * without being declared; the operator overrules both, field by field.
 *
 * @param key       of the operator's layer
 * @param config    empty: config does not declare the resource
 * @param discovery of an announced backend; empty for all others, and for services and routes
 * @param operator  the operator's fields, unset ones included until they are forgotten; empty: none
 */
record LayeredResource(Key key, Optional<Entry> config, Optional<Entry> discovery, Optional<Entry> operator) {

    static LayeredResource of(Entries entries, Key key) {
        return new LayeredResource(key, entries.entry(key.in(Origin.CONFIG)).filter(Entry::declares),
                entries.entry(key.in(Origin.DISCOVERY)).filter(Entry::declares),
                entries.entry(key.in(Origin.OPERATOR)));
    }

    boolean present() {
        return said().orElse(declared());
    }

    /** Declared or announced, but removed by the operator. */
    boolean removed() {
        return declared() && !present();
    }

    /** Exists only because of its announcement. */
    boolean onlyAnnounced() {
        return discovery.isPresent() && config.isEmpty() && !said().orElse(false);
    }

    Origin origin() {
        if (config.isPresent()) {
            return Origin.CONFIG;
        }
        return discovery.isPresent() ? Origin.DISCOVERY : Origin.OPERATOR;
    }

    private boolean declared() {
        return config.isPresent() || discovery.isPresent();
    }

    /** The fields that an entry sets. */
    static Map<String, Object> said(Entry entry) {
        Map<String, Object> said = new TreeMap<>();
        entry.registers().stream().filter(Register::isSet)
                .forEach(register -> said.put(register.name(), register.value().orElse(null)));
        return said;
    }

    private Optional<Boolean> said() {
        return operator.flatMap(entry -> entry.value(EntryFields.PRESENT)).map(Boolean.TRUE::equals);
    }

    /** The value of the operator, else of the announcement, else of config. */
    Optional<Object> value(String field) {
        return Stream.of(operator, discovery, config)
                .flatMap(layer -> layer.flatMap(entry -> entry.register(field)).stream())
                .filter(Register::isSet).findFirst().flatMap(Register::value);
    }

    /** The value of a field in the layers below the given one. */
    Optional<Object> valueBelow(String layer, String field) {
        boolean announced = layer.equals(Origin.OPERATOR.word());
        boolean declares = announced || layer.equals(Origin.DISCOVERY.word());
        return Stream.of(announced ? discovery : Optional.<Entry>empty(),
                        declares ? config : Optional.<Entry>empty())
                .flatMap(below -> below.flatMap(entry -> entry.register(field)).stream())
                .filter(Register::isSet).findFirst().flatMap(Register::value);
    }

    Optional<String> text(String field) {
        return value(field).filter(String.class::isInstance).map(String.class::cast);
    }

    /** Where each field comes from, and what it hides. */
    LayeredFields fields() {
        SortedMap<Origin, Entry> layers = new TreeMap<>(new EnumMap<>(Origin.class));
        config.ifPresent(entry -> layers.put(Origin.CONFIG, entry));
        discovery.ifPresent(entry -> layers.put(Origin.DISCOVERY, entry));
        operator.ifPresent(entry -> layers.put(Origin.OPERATOR, entry));
        return LayeredFields.of(layers);
    }

    private LayeredFields below() {
        return new LayeredResource(key, config, discovery, Optional.empty()).fields();
    }

    /** The operator has set a field, or the resource's presence. */
    boolean overruled() {
        return operator.filter(entry -> !entry.tombstone()).isPresent();
    }

    /** The operator sets these fields; the operator's other fields stay. */
    Entry setting(Stamp stamp, Map<String, Object> fields) {
        return Entry.of(key, fields.entrySet().stream()
                .map(field -> Register.set(field.getKey(), stamp, field.getValue())).toList());
    }

    /**
     * The operator drains it.
     *
     * @param drain   the value of the field for that
     * @param tunnels until when they may go on; empty: for as long as they like
     */
    Entry draining(Stamp stamp, Object drain, Optional<Instant> tunnels) {
        List<Register> registers = new ArrayList<>();
        registers.add(Register.set(EntryFields.DRAINING, stamp, drain));
        if (tunnels.isPresent()) {
            registers.add(Register.set(EntryFields.TUNNELS_UNTIL, stamp, tunnels.get().toEpochMilli()));
        } else if (tunnelsEnd().isPresent()) {
            registers.add(Register.unset(EntryFields.TUNNELS_UNTIL, stamp));
        }
        return Entry.of(key, registers);
    }

    /** Until when tunnels may go on while it drains. */
    Optional<Instant> tunnelsEnd() {
        return operator.flatMap(entry -> entry.value(EntryFields.TUNNELS_UNTIL))
                .filter(Number.class::isInstance)
                .map(until -> Instant.ofEpochMilli(((Number) until).longValue()));
    }

    /** The operator leaves these fields to the layers below. */
    Entry unsetting(Stamp stamp, List<String> fields) {
        return Entry.of(key, fields.stream().map(field -> Register.unset(field, stamp)).toList());
    }

    /** The operator wants it with these fields; all other fields of the operator are unset. */
    Entry addition(Map<String, Object> fields, Stamp stamp) {
        boolean there = config.isPresent() || discovery.isPresent() && !said().orElse(false);
        return replaced(there ? Optional.empty() : Optional.of(true), fields, stamp);
    }

    /**
     * The operator removes it; this overrules the layers below, also after reloads and announcements. All
     * other fields of the operator are unset.
     */
    Entry removal(Stamp stamp) {
        return replaced(declared() ? Optional.of(false) : Optional.empty(), Map.of(), stamp);
    }

    private Entry replaced(Optional<Boolean> present, Map<String, Object> fields, Stamp stamp) {
        SortedMap<String, Register> registers = new TreeMap<>();
        operator.ifPresent(entry -> entry.registers().stream().filter(Register::isSet)
                .forEach(old -> registers.put(old.name(), Register.unset(old.name(), stamp))));
        registers.put(EntryFields.PRESENT, present.map(said -> Register.set(EntryFields.PRESENT, stamp, said))
                .orElseGet(() -> Register.unset(EntryFields.PRESENT, stamp)));
        fields.forEach((name, value) -> registers.put(name, Register.set(name, stamp, value)));
        return Entry.of(key, List.copyOf(registers.values()));
    }

    /**
     * The fields that the operator must set over the layers below for the resource to have exactly these
     * fields; empty if nothing has to change.
     */
    Optional<Entry> wantedAs(SortedMap<String, Object> wanted, Stamp stamp) {
        SortedMap<String, Object> said = new TreeMap<>();
        below().byPath().forEach((path, source) -> said.put(path, source.value()));
        SortedMap<String, Register> needed = new TreeMap<>();
        boolean there = config.isPresent() || discovery.isPresent() && !this.said().orElse(false);
        needed.put(EntryFields.PRESENT, there ? Register.unset(EntryFields.PRESENT, stamp)
                : Register.set(EntryFields.PRESENT, stamp, true));
        wanted.forEach((path, value) -> {
            if (!said.containsKey(path) || !Objects.equals(said.get(path), value)) {
                needed.put(path, Register.set(path, stamp, value));
            }
        });
        said.keySet().stream().filter(path -> !wanted.containsKey(path)
                        && wanted.keySet().stream().noneMatch(other -> SettingPaths.within(path, other)
                                || SettingPaths.within(other, path)))
                .forEach(path -> needed.put(path, Register.set(path, stamp, null)));
        operator.ifPresent(entry -> entry.registers().stream().filter(Register::isSet).forEach(old ->
                needed.putIfAbsent(old.name(), Register.unset(old.name(), stamp))));
        List<Register> news = new ArrayList<>();
        needed.values().forEach(register -> {
            Optional<Register> held = operator.flatMap(entry -> entry.register(register.name()));
            if (held.isPresent() ? !held.get().says(register) : register.isSet()) {
                news.add(register);
            }
        });
        return news.isEmpty() ? Optional.empty() : Optional.of(Entry.of(key, news));
    }

    /** The deadline of the operator's drain. */
    Optional<Instant> drainEnd() {
        return operator.flatMap(LayeredResource::drainEnd);
    }

    static Optional<Instant> drainEnd(Entry operator) {
        return operator.value(EntryFields.DRAINING).filter(JsonObject.class::isInstance)
                .map(JsonObject.class::cast).map(drain -> drain.getValue(EntryFields.UNTIL))
                .filter(Number.class::isInstance)
                .map(until -> Instant.ofEpochMilli(((Number) until).longValue()));
    }

    /** The operator's drain; empty: not set, or its deadline has passed. */
    private Optional<Boolean> operatorDrains(Instant now) {
        if (drainEnd().isPresent()) {
            return drainEnd().filter(end -> end.isAfter(now)).map(end -> true);
        }
        return operator.flatMap(entry -> entry.register(EntryFields.DRAINING)).filter(Register::isSet)
                .map(register -> register.value().filter(Boolean.TRUE::equals).isPresent());
    }

    boolean draining(Instant now) {
        return operatorDrains(now).orElse(drainsBelow());
    }

    boolean drainsBelow() {
        return discovery.flatMap(entry -> entry.value(EntryFields.ENDING)).isPresent()
                || config.flatMap(entry -> entry.value(EntryFields.DRAINING)).filter(Boolean.TRUE::equals)
                        .isPresent();
    }

    /** It drains only because its announcement ends. */
    boolean onlyEnding(Instant now) {
        return drainsBelow() && operatorDrains(now).isEmpty()
                && config.flatMap(entry -> entry.value(EntryFields.DRAINING)).isEmpty();
    }

    /** Until when the service is held; empty if it is not held. */
    Optional<Instant> heldUntil(Instant now) {
        return operator.flatMap(LayeredResource::holdEnd).filter(end -> end.isAfter(now));
    }

    static Optional<Instant> holdEnd(Entry operator) {
        return operator.value(EntryFields.HELD_UNTIL).filter(Number.class::isInstance)
                .map(until -> Instant.ofEpochMilli(((Number) until).longValue()));
    }

    /**
     * Since when a backend is offered requests: the time of the latest decision that allowed it, of any
     * layer. It is the same on every node and after every restart, and no other change alters it. A stamp a
     * little ahead of the clock counts as now; one that is not believed counts as long ago, so that it does
     * not delay a slow start.
     */
    Instant since(Instant now) {
        long latest = 0;
        latest = Math.max(latest, wall(config, EntryFields.PRESENT));
        latest = Math.max(latest, wall(discovery, EntryFields.PRESENT));
        latest = Math.max(latest, wall(discovery, EntryFields.ENDING));
        latest = Math.max(latest, wall(operator, EntryFields.PRESENT));
        if (!operatorDrains(now).orElse(false)) {
            latest = Math.max(latest, drainEnd().map(Instant::toEpochMilli)
                    .orElseGet(() -> wall(operator, EntryFields.DRAINING)));
        }
        boolean believed = latest <= now.plus(RegistrySettings.MAX_CLOCK_SKEW).toEpochMilli();
        return Instant.ofEpochMilli(believed ? Math.min(latest, now.toEpochMilli()) : 0);
    }

    private static long wall(Optional<Entry> layer, String field) {
        return layer.flatMap(entry -> entry.register(field)).map(register -> register.stamp().wall())
                .orElse(0L);
    }
}

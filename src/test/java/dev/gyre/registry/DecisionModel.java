package dev.gyre.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Backend;
import dev.gyre.model.Service;
import dev.gyre.model.Topology;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What was decided, as a plain map: of each field of each entry the write with the highest stamp. It shares
 * no code with the registry but the order of stamps, and reads presence, weight and the like in the simplest
 * way.
 */
final class DecisionModel {

    /** @param field of the entry of {@code key}; {@code ""}: none in particular */
    record Field(Key key, String field) { }

    private final Map<Field, Set<Register>> written = new HashMap<>();
    private final Map<Field, Register> acknowledged = new HashMap<>();
    /** Stamps of what somebody decided, without the part that tells consequences apart. */
    private final Map<Field, Set<String>> decisions = new HashMap<>();

    void decided(Entry entry) {
        entry.registers().forEach(register -> {
            assertThat(register.stamp().counter() % 4).as("a decision leaves room behind it: %s", entry)
                    .isZero();
            decisions.computeIfAbsent(new Field(entry.key(), register.name()), field -> new HashSet<>())
                    .add(register.stamp().toString());
        });
        wrote(entry);
    }

    /** What nobody decided stands right above a decision on the same thing, and below the next one. */
    void concluded(Entry entry, boolean ofThisField) {
        entry.registers().forEach(register -> {
            Stamp stamp = register.stamp();
            String cause = new Stamp(stamp.wall(), stamp.counter() & ~3, stamp.node()).toString();
            assertThat(decisions.entrySet().stream().anyMatch(decision -> decision.getKey().key()
                    .equals(entry.key())
                    && (!ofThisField || decision.getKey().field().equals(register.name()))
                    && decision.getValue().contains(cause))).as("%s of %s follows from a decision", register,
                    entry.key()).isTrue();
            assertThat(stamp.counter() % 4).as("is no decision: %s", register).isNotZero();
        });
        wrote(entry);
    }

    /** Of a conclusion, which several nodes may draw and each record in its own words. */
    void recorded(Entry entry) {
        wrote(entry);
    }

    private void wrote(Entry entry) {
        entry.registers().forEach(register -> written.computeIfAbsent(new Field(entry.key(), register.name()),
                field -> new HashSet<>()).add(register));
    }

    void acknowledged(Entry entry) {
        entry.registers().forEach(register -> acknowledged.merge(new Field(entry.key(), register.name()),
                register, DecisionModel::later));
    }

    private static Register later(Register one, Register other) {
        return other.stamp().compareTo(one.stamp()) > 0 ? other : one;
    }

    /** @param lost a disk, and with it perhaps what nobody was told of */
    void check(Collection<Entry> held, boolean lost) {
        Map<Field, Register> there = new HashMap<>();
        held.forEach(entry -> entry.registers().forEach(register ->
                there.put(new Field(entry.key(), register.name()), register)));
        there.forEach((field, register) -> assertThat(written.getOrDefault(field, Set.of()))
                .as("somebody wrote %s of %s", register, field.key()).contains(register));
        acknowledged.forEach((field, register) -> assertThat(there.get(field))
                .as("%s, acknowledged: %s", field, register)
                .matches(holds -> holds != null && holds.stamp().compareTo(register.stamp()) >= 0));
        if (!lost) {
            written.forEach((field, all) -> {
                Register highest = all.stream().reduce(DecisionModel::later).orElseThrow();
                assertThat(there.get(field)).as("%s of all: %s", field, all)
                        .matches(holds -> holds != null && holds.stamp().equals(highest.stamp()));
            });
        }
    }

    /** What these entries say, read layer by layer. */
    static void checkTopology(Collection<Entry> held, Topology topology, Instant now) {
        Map<String, Map<String, Map<String, Register>>> layers = new HashMap<>();
        held.stream().filter(entry -> !entry.key().isChange()).forEach(entry -> entry.registers().forEach(
                register -> layers.computeIfAbsent(entry.key().layer(), layer -> new HashMap<>())
                        .computeIfAbsent(entry.key().kind() + "/" + entry.key().name(),
                                name -> new TreeMap<>()).put(register.name(), register)));
        Reading reading = new Reading(layers, now);
        Set<String> names = new TreeSet<>();
        held.forEach(entry -> names.add(entry.key().kind() + "/" + entry.key().name()));
        Set<String> services = new TreeSet<>();
        Set<String> backends = new TreeSet<>();
        Set<String> routes = new TreeSet<>();
        for (String name : names) {
            if (name.startsWith("service/") && reading.present(name)) {
                services.add(name.substring(8));
            }
        }
        for (String name : names) {
            String[] parts = name.substring(name.indexOf('/') + 1).split(" ");
            if (name.startsWith("backend/") && reading.present(name) && services.contains(parts[0])
                    && parts[1].startsWith("http:")) {
                backends.add(name + " " + reading.value(name, "weight").orElse(1) + " "
                        + reading.value(name, "zone").orElse("") + " " + reading.draining(name));
            } else if (name.startsWith("route/") && reading.present(name)
                    && services.contains(reading.value(name, "service").map(String::valueOf).orElse(""))) {
                routes.add(name + " " + reading.value(name, "service").orElseThrow());
            }
        }
        assertThat(topology.services().keySet()).isEqualTo(services);
        Set<String> shown = new TreeSet<>();
        for (Service service : topology.services().values()) {
            String name = "service/" + service.name();
            assertThat(service.heldUntil()).as(name).isEqualTo(reading.heldUntil(name));
            assertThat(service.policy().pool().maxQueue()).as(name)
                    .isEqualTo(reading.value(name, "pool.maxQueue").orElse(1_024));
            for (Backend backend : service.backends()) {
                shown.add("backend/" + service.name() + " " + backend.url() + " " + backend.weight() + " "
                        + backend.zone().orElse("") + " " + backend.draining());
            }
        }
        assertThat(shown).isEqualTo(backends);
        Set<String> led = new TreeSet<>();
        topology.routes().forEach(route ->
                led.add("route/" + route.host() + " " + route.path() + " " + route.service()));
        assertThat(led).isEqualTo(routes);
    }

    private record Reading(Map<String, Map<String, Map<String, Register>>> layers, Instant now) {

        private Optional<Register> said(String layer, String name, String field) {
            return Optional.ofNullable(layers.getOrDefault(layer, Map.of()).getOrDefault(name, Map.of())
                    .get(field)).filter(Register::isSet);
        }

        private boolean declares(String layer, String name) {
            return said(layer, name, "present").flatMap(Register::value).filter(Boolean.TRUE::equals)
                    .isPresent();
        }

        boolean present(String name) {
            return said("operator", name, "present").map(register -> Boolean.TRUE.equals(
                    register.value().orElse(null)))
                    .orElse(declares("config", name) || declares("discovery", name));
        }

        Optional<Object> value(String name, String field) {
            for (String layer : new String[] {"operator", "discovery", "config"}) {
                if (said(layer, name, field).isPresent()
                        && (layer.equals("operator") || declares(layer, name))) {
                    return said(layer, name, field).flatMap(Register::value);
                }
            }
            return Optional.empty();
        }

        boolean draining(String name) {
            Optional<Register> operator = said("operator", name, "draining");
            Object drain = operator.flatMap(Register::value).orElse(false);
            if (operator.isPresent() && !(drain instanceof JsonObject ends
                    && ends.getLong("until") <= now.toEpochMilli())) {
                return !drain.equals(false);
            }
            return declares("discovery", name) && said("discovery", name, "ending").isPresent()
                    || declares("config", name) && said("config", name, "draining").flatMap(Register::value)
                            .filter(Boolean.TRUE::equals).isPresent();
        }

        Optional<Instant> heldUntil(String name) {
            return said("operator", name, "heldUntil").flatMap(Register::value)
                    .map(until -> Instant.ofEpochMilli(((Number) until).longValue()))
                    .filter(until -> until.isAfter(now));
        }
    }
}

package dev.gyre.registry;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.Topology;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * The state that a command is checked against; immutable.
 *
 * @param topology  the topology of the entries
 * @param now       the time that decided which drains and holds have ended in it
 * @param deadlines the deadlines of drains and holds
 * @param unknown   the content that this version does not understand, in words
 * @param broken    broken rules that span entries, by name, in words
 */
record RegistryState(Entries entries, Topology topology, Instant now, Deadlines deadlines,
        PSortedMap<Key, String> unknown, PSortedMap<String, String> broken) {

    private static final RegistryState EMPTY =
            new RegistryState(Entries.empty(), Topology.empty(), Instant.EPOCH,
            Deadlines.NONE, TreePMap.empty(), TreePMap.empty());

    static RegistryState of(Entries entries, Instant now) {
        return EMPTY.at(now).to(entries, entries.all().stream().map(Entry::key).toList());
    }

    RegistryState with(Collection<Entry> changes) {
        Entries next = entries.with(changes);
        return next == entries ? this : to(next, changes.stream().map(Entry::key).toList());
    }

    /** With a new decision. */
    RegistryState afterDecision(Collection<Entry> changes, Stamp stamp) {
        return with(restamped(changes, stamp));
    }

    /**
     * A new decision counts over everything that this node knows, also over a stamp of the future.
     *
     * @param stamp of the decision; an unchanged field, or one declared before other nodes are known, stays
     *              below
     */
    List<Entry> restamped(Collection<Entry> changes, Stamp stamp) {
        return changes.stream().map(entry -> entries.entry(entry.key())
                .map(held -> restamped(entry, held, stamp)).orElse(entry)).toList();
    }

    private static Entry restamped(Entry entry, Entry held, Stamp stamp) {
        return Entry.of(entry.key(), entry.registers().stream().map(register -> {
            // A later setting within or around another one contradicts it.
            Optional<Stamp> known = held.registers().stream().filter(other -> SettingPaths.related(
                            other.name(), register.name())).map(Register::stamp)
                    .max(Comparator.naturalOrder());
            return known.filter(there -> there.compareTo(register.stamp()) >= 0 && register.stamp()
                            .equals(stamp) && stamp.wall() > 0)
                    .map(there -> register.at(there.next(stamp.node()))).orElse(register);
        }).toList());
    }

    /** Without these keys, whose entries have only unset fields. */
    RegistryState without(Collection<Key> tombstones) {
        Entries next = entries.without(tombstones);
        return next == entries ? this : to(next, List.copyOf(tombstones));
    }

    /** The same at another time. */
    RegistryState at(Instant other) {
        if (other.equals(now)) {
            return this;
        }
        List<Key> over = deadlines.between(now, other);
        return new RegistryState(entries, over.isEmpty() ? topology
                : LayerMerge.topology(entries, topology, over, other), other, deadlines, unknown, broken);
    }

    private RegistryState to(Entries next, Collection<Key> changed) {
        Topology after = LayerMerge.topology(next, topology, changed, now);
        Deadlines ends = deadlines;
        PSortedMap<Key, String> gaps = unknown;
        for (Key key : changed) {
            Optional<Entry> entry = next.entry(key);
            ends = entry.isPresent() ? ends.with(entry.get()) : ends.without(key);
            Optional<String> gap = entry.flatMap(UnknownContent::gap);
            gaps = gap.isPresent() ? gaps.plus(key, gap.get()) : gaps.minus(key);
        }
        return new RegistryState(next, after, now, ends, gaps,
                TopologyRules.judge(broken, next, topology, after, changed));
    }

    

    LayeredResource resource(Key key) {
        return LayeredResource.of(entries, key);
    }

    LayeredResource backendResource(String service, BackendUrl url) {
        return resource(Key.backend(Origin.OPERATOR, service, url));
    }

    Service service(String name) throws CommandRefused {
        return service(name, known -> Suggestions.hint(name, known));
    }

    /** For a command that removes: its error suggests no other name. */
    Service exactService(String name) throws CommandRefused {
        return service(name, Suggestions::listed);
    }

    /** @param hint called only if needed, because a suggestion compares all names */
    private Service service(String name, Function<Collection<String>, String> hint) throws CommandRefused {
        Service service = topology.services().get(name);
        if (service == null) {
            throw new CommandRefused(404, "no service \"" + name + "\" "
                    + hint.apply(topology.services().keySet()));
        }
        return service;
    }

    Optional<Backend> find(String service, BackendUrl url) throws CommandRefused {
        return find(service(service), url);
    }

    Optional<Backend> findExactly(String service, BackendUrl url) throws CommandRefused {
        return find(exactService(service), url);
    }

    private static Optional<Backend> find(Service service, BackendUrl url) {
        return service.backends().stream().filter(backend -> backend.url().equals(url)).findFirst();
    }

    Backend backend(String service, BackendUrl url) throws CommandRefused {
        Optional<Backend> found = find(service, url);
        if (found.isEmpty()) {
            throw new CommandRefused(404, "service \"" + service + "\" has no backend " + url + " "
                    + Suggestions.hint(url.toString(), urls(service)));
        }
        return found.get();
    }

    List<String> urls(String service) throws CommandRefused {
        return service(service).backends().stream().map(backend -> backend.url().toString()).toList();
    }

    Optional<Route> route(String host, String path) {
        return topology.routes().stream()
                .filter(route -> route.host().equals(host) && route.path().equals(path)).findFirst();
    }

    /** More than one service and no route: no request could be routed. */
    boolean lacksRoutes() {
        return TopologyRules.lacksRoutes(topology);
    }

    /** The changes of entries up to a later state, in words without the resource's name. */
    Map<Key, List<String>> changes(RegistryState after, Collection<Entry> written) {
        Map<Key, List<String>> changes = new LinkedHashMap<>();
        for (Entry entry : written) {
            LayeredResource old = resource(entry.key());
            LayeredResource now = after.resource(entry.key());
            List<String> words = new ArrayList<>();
            if (old.present() != now.present()) {
                words.add(now.present() ? "added" : "removed");
            } else {
                for (Register register : entry.registers()) {
                    String field = register.name();
                    Optional<Object> was = old.value(field);
                    Optional<Object> is = now.value(field);
                    if (!field.equals(EntryFields.PRESENT) && !was.equals(is)) {
                        words.add(FieldTexts.change(field, was.orElse(null), is.orElse(null)));
                    }
                }
            }
            if (!words.isEmpty()) {
                changes.put(entry.key(), words);
            }
        }
        return changes;
    }
}

package dev.gyre.registry;

import dev.gyre.model.Origin;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The fields of a resource that count, each with the layer that says it and what it hides below. Where one
 * path stands within another, as {@code limit.adaptive.min} within {@code limit}, the upper layer counts, and
 * within a layer the later decision.
 *
 * @param byPath only those that have a value
 */
record LayeredFields(SortedMap<String, Source> byPath) {

    private static final Set<String> NO_SETTINGS =
            Set.of(EntryFields.PRESENT, EntryFields.TTL, EntryFields.ENDING);

    /**
     * @param path  where the layer says it; of what is hidden, it may stand within the path of what hides it
     * @param value null: it hides what is below and says nothing in its place
     */
    record Source(Origin origin, String path, Object value, List<Source> hides) { }

    /** @param layers the lowest first; of each only what it sets */
    static LayeredFields of(SortedMap<Origin, Entry> layers) {
        SortedMap<String, Source> byPath = new TreeMap<>();
        layers.forEach((origin, entry) -> set(entry).forEach((path, value) -> {
            List<Source> hidden = new ArrayList<>();
            byPath.entrySet().removeIf(below -> {
                boolean hides = below.getKey().equals(path) || contradicts(path, value, below);
                if (hides) {
                    hidden.add(new Source(below.getValue().origin, below.getKey(), below.getValue().value,
                            List.of()));
                    hidden.addAll(below.getValue().hides);
                }
                return hides;
            });
            byPath.put(path, new Source(origin, path, value, List.copyOf(hidden)));
        }));
        return new LayeredFields(byPath);
    }

    private static boolean contradicts(String path, Object value, Map.Entry<String, Source> below) {
        return SettingPaths.within(path, below.getKey()) && !switchesOn(below.getValue().value)
                || SettingPaths.within(below.getKey(), path) && !switchesOn(value);
    }

    private static boolean switchesOn(Object value) {
        return value instanceof JsonObject;
    }

    /** What a layer sets, without what a later decision of the same layer contradicts. */
    private static SortedMap<String, Object> set(Entry entry) {
        SortedMap<String, Object> set = new TreeMap<>();
        for (Register one : entry.registers()) {
            if (one.isSet() && !NO_SETTINGS.contains(one.name())
                    && entry.registers().stream().noneMatch(other -> overruled(one, other))) {
                set.put(one.name(), one.value().orElse(null));
            }
        }
        return set;
    }

    private static boolean overruled(Register one, Register other) {
        return other.isSet() && other.stamp().compareTo(one.stamp()) > 0
                && (SettingPaths.within(one.name(), other.name())
                        && !switchesOn(other.value().orElse(null))
                || SettingPaths.within(other.name(), one.name())
                        && !switchesOn(one.value().orElse(null)));
    }

    /** Without those at the given paths or within them, as far as the given layer says them. */
    LayeredFields without(Origin origin, Set<String> paths) {
        SortedMap<String, Source> rest = new TreeMap<>();
        byPath.forEach((path, source) -> {
            boolean named = paths.stream().anyMatch(out -> SettingPaths.related(out, path));
            if (!named || source.origin != origin) {
                rest.put(path, source);
            } else {
                source.hides.stream().filter(hidden -> hidden.origin != origin)
                        .forEach(below -> rest.putIfAbsent(below.path, below));
            }
        });
        return new LayeredFields(rest);
    }

    /** As config has them. */
    JsonObject nested() {
        SortedMap<String, Object> flat = new TreeMap<>();
        byPath.forEach((path, source) -> flat.put(path, source.value));
        return SettingPaths.nested(flat);
    }
}

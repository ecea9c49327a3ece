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
 * The effective fields of a resource, each with the layer it comes from and the values it hides in layers
 * below. If one path is within another, as {@code limit.adaptive.min} within {@code limit}, the upper layer
 * counts, and within a layer the later decision.
 *
 * @param byPath only fields with a value
 */
record LayeredFields(SortedMap<String, Source> byPath) {

    private static final Set<String> NO_SETTINGS =
            Set.of(EntryFields.PRESENT, EntryFields.TTL, EntryFields.ENDING);

    /**
     * @param path  its path in the layer; a hidden one may be within the path of the field that hides it
     * @param value null: it hides the layers below and sets no value
     */
    record Source(Origin origin, String path, Object value, List<Source> hides) { }

    /** @param layers the lowest first; each with the fields that it sets */
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

    /** The fields that a layer sets, without those that a later decision of the same layer contradicts. */
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

    /** Without the given layer's fields at or within the given paths. */
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

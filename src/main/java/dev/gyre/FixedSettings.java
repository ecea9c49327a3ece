package dev.gyre;

import dev.gyre.config.Settings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The settings that a running node does not take over from a changed config. */
final class FixedSettings {

    private static final Map<String, Function<Settings, Object>> KEYS = new LinkedHashMap<>();

    static {
        KEYS.put("listeners", Settings::listeners);
        KEYS.put("instances", Settings::instances);
        KEYS.put("forwarding", Settings::forwarding);
        KEYS.put("limits", Settings::limits);
        KEYS.put("admin", Settings::admin);
        KEYS.put("cluster", Settings::cluster);
        KEYS.put("data", Settings::data);
        KEYS.put("registry", Settings::retention);
        KEYS.put("warmUp", Settings::warmUp);
        KEYS.put("node", Settings::nodeName);
        KEYS.put("zone", Settings::zone);
        KEYS.put("sticky", Settings::sticky);
        KEYS.put("resolver", Settings::resolver);
        // The ports of this node stand there, too, by other keys.
        KEYS.put("backendNetworks", all -> List.of(all.networks().allow(), all.networks().deny()));
    }

    private FixedSettings() {
    }

    /** As they stand at the top of the config. */
    static List<String> keys() {
        return List.copyOf(KEYS.keySet());
    }

    /** The keys of those that differ. */
    static List<String> changed(Settings before, Settings after) {
        return KEYS.entrySet().stream()
                .filter(key -> !key.getValue().apply(before).equals(key.getValue().apply(after)))
                .map(Map.Entry::getKey).toList();
    }
}

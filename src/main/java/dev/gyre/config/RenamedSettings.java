package dev.gyre.config;

import java.util.Map;
import java.util.Optional;

/** Settings that had another name in an earlier version. Config and commands refuse the earlier name. */
public final class RenamedSettings {

    /** The path of the earlier name, as it stands within a service or at the top, to the new name. */
    private static final Map<String, String> NEW_NAMES = Map.of("ejection.for", "baseEjection",
            "ejection.upTo", "maxEjection", "limits.rateGrace", "minRateBurst");

    private RenamedSettings() { }

    /**
     * The new name of the last key of a path.
     *
     * @param path e.g. {@code services.web.ejection.for}, or {@code ejection.for} in a command
     */
    public static Optional<String> newName(String path) {
        int key = path.lastIndexOf('.');
        String relative = path.substring(path.lastIndexOf('.', key - 1) + 1);
        return Optional.ofNullable(NEW_NAMES.get(relative));
    }

    /** The path by which the setting goes now; the same path where it was never renamed. */
    public static String current(String path) {
        return newName(path).map(name -> path.substring(0, path.lastIndexOf('.') + 1) + name).orElse(path);
    }
}

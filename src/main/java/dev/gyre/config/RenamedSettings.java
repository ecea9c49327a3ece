package dev.gyre.config;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Settings that had another name in an earlier version. Config and commands refuse the earlier name. */
public final class RenamedSettings {

    /** The earlier key and that of the object around it, e.g. {@code ejection.for}, to the new key. */
    private static final Map<String, String> NEW_NAMES = new TreeMap<>();

    static {
        SettingsTable.config().visit((path, setting) -> setting.earlier().ifPresent(earlier -> {
            String around = path.substring(0, path.lastIndexOf('.') + 1);
            NEW_NAMES.put(lastTwo(around + earlier), setting.key());
        }));
    }

    private RenamedSettings() { }

    /**
     * The new name of the last key of a path.
     *
     * @param path e.g. {@code services.web.ejection.for}, or {@code ejection.for} in a command
     */
    public static Optional<String> newName(String path) {
        return Optional.ofNullable(NEW_NAMES.get(lastTwo(path)));
    }

    /** The path by which the setting goes now; the same path where it was never renamed. */
    public static String current(String path) {
        return newName(path).map(name -> path.substring(0, path.lastIndexOf('.') + 1) + name).orElse(path);
    }

    private static String lastTwo(String path) {
        return path.substring(path.lastIndexOf('.', path.lastIndexOf('.') - 1) + 1);
    }
}

package dev.gyre.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * One mistake; its text is one line for the operator.
 *
 * @param path     where it stands, e.g. {@code services.web.pool.maxQueue}; empty for the whole
 * @param found    what stands there, never a secret
 * @param expected what should; may be empty when {@code known} or {@code nearest} say it
 * @param known    the names that would have been right, if they are few and fixed
 * @param nearest  the one of them that was probably meant
 */
public record ConfigError(String path, String found, String expected, List<String> known,
        Optional<String> nearest) {

    public ConfigError {
        known = List.copyOf(known);
    }

    public static ConfigError of(String path, String found, String expected) {
        return new ConfigError(path, found, expected, List.of(), Optional.empty());
    }

    /** A key that no reader knows. */
    static ConfigError unknownKey(String path, String key, Collection<String> known) {
        Optional<String> newName = RenamedSettings.newName(path);
        if (newName.isPresent()) {
            return of(path, "unknown key, renamed to \"" + newName.get() + "\"", "");
        }
        return new ConfigError(path, "unknown key", "", List.copyOf(known), Nearest.to(key, known));
    }

    /** A name that should be one of a few: lists them only where no near one makes that needless. */
    static ConfigError notOneOf(String path, String name, String found, Collection<String> known) {
        Optional<String> nearest = Nearest.to(name, known);
        List<String> listed = nearest.isPresent() ? List.of() : List.copyOf(known);
        return new ConfigError(path, found, "", listed, nearest);
    }

    ConfigError withFound(String other) {
        return new ConfigError(path, other, expected, known, nearest);
    }

    @Override
    public String toString() {
        List<String> hints = new ArrayList<>();
        nearest.ifPresent(name -> hints.add("did you mean \"" + name + "\"?"));
        if (!known.isEmpty()) {
            hints.add("known: " + String.join(", ", known));
        }
        if (!expected.isEmpty()) {
            hints.add("expected: " + expected);
        }
        return (path.isEmpty() ? "" : path + ": ") + found
                + (hints.isEmpty() ? "" : " (" + String.join(" ", hints) + ")");
    }
}

package dev.gyre.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What is wrong with one text: the first mistakes in words, of all others the number. A text of a megabyte
 * can hold more mistakes than anybody reads, and to word them all would hold up the node.
 */
public final class Mistakes {

    /** So many are worded. */
    static final int MOST = 200;

    private final List<ConfigError> worded = new ArrayList<>();
    private int more;

    public void add(ConfigError error) {
        add(() -> error);
    }

    /** @param error asked for its words only when they are shown */
    public void add(Supplier<ConfigError> error) {
        if (worded.size() < MOST) {
            worded.add(error.get());
        } else {
            more++;
        }
    }

    public void addAll(List<ConfigError> errors) {
        errors.forEach(this::add);
    }

    public boolean none() {
        return worded.isEmpty();
    }

    /** In the order they were found; the last one says how many more there are. */
    public List<ConfigError> list() {
        List<ConfigError> all = new ArrayList<>(worded);
        if (more > 0) {
            all.add(ConfigError.of("", more + " more mistakes", "the first " + MOST + " mended"));
        }
        return all;
    }
}

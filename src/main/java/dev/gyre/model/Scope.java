package dev.gyre.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Over what a bound is summed: each node for itself, or all nodes of the cluster together. */
public enum Scope {
    NODE, CLUSTER;

    /** The word used in config and commands, e.g. {@code cluster}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Scope> of(String word) {
        return Arrays.stream(values()).filter(s -> s.word().equals(word)).findFirst();
    }

    public static List<String> words() {
        return Arrays.stream(values()).map(Scope::word).toList();
    }
}

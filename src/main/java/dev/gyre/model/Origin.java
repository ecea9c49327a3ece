package dev.gyre.model;

import java.util.Locale;

/** Who declared a thing. */
public enum Origin {
    CONFIG, OPERATOR, DISCOVERY;

    /** The word used in commands and replies: {@code config}, {@code operator}, {@code discovery}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

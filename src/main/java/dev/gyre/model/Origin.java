package dev.gyre.model;

import java.util.Locale;

/** Where a declaration comes from; each overrules those before it, field by field. */
public enum Origin {
    CONFIG, DISCOVERY, OPERATOR;

    /** The word used in commands and replies: {@code config}, {@code discovery}, {@code operator}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

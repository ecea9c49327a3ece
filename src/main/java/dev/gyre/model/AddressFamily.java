package dev.gyre.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Which of the addresses that a name stands for are used. */
public enum AddressFamily {
    /** IPv4 and, where this node has an IPv6 address that reaches further than its link, IPv6. */
    AUTO,
    IPV4,
    IPV6,
    ALL;

    /** The word used in config, e.g. {@code ipv4}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<AddressFamily> of(String word) {
        return Arrays.stream(values()).filter(family -> family.word().equals(word)).findFirst();
    }

    public static List<String> words() {
        return Arrays.stream(values()).map(AddressFamily::word).toList();
    }
}

package dev.gyre.registry;

import java.util.List;

/**
 * What a command amounts to.
 *
 * @param entries to write, of the fields that change and no others; none: all is so already
 * @param what    happened, or is so already
 */
public record Change(List<Entry> entries, String what) {

    public Change {
        entries = List.copyOf(entries);
    }

    static Change to(String what, Entry entry) {
        return new Change(List.of(entry), what);
    }

    static Change none(String what) {
        return new Change(List.of(), what);
    }
}

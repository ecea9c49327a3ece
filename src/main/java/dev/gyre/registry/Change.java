package dev.gyre.registry;

import java.util.List;

/**
 * The effect of a command.
 *
 * @param entries to write, with the changed fields only; none: nothing changes
 * @param what    happened, or was so already
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

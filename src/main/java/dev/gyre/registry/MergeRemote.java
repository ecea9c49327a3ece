package dev.gyre.registry;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Takes over what other nodes have written: of each field the later register counts.
 *
 * @param horizon the mark of a removal before it is not taken over where nothing is held that it removes, for
 *                it is about to be forgotten everywhere
 */
record MergeRemote(Collection<Entry> offered, Stamp horizon) implements Command {

    private static final int NAMED = 5;

    MergeRemote {
        offered = List.copyOf(offered);
    }

    @Override
    public boolean automatic() {
        return true;
    }

    @Override
    public Change on(State state, Stamp stamp) {
        Entries entries = state.entries();
        List<Entry> later = offered.stream().filter(entry -> wanted(entries, entry, horizon))
                .toList();
        String named = later.stream().limit(NAMED).map(entry -> entry.key().toString())
                .collect(Collectors.joining(", "));
        int more = later.size() - NAMED;
        return new Change(later, "taken over from other nodes: " + named
                + (more > 0 ? " and " + more + " more" : ""));
    }

    static boolean wanted(Entries held, Entry entry, Stamp horizon) {
        boolean over = entry.tombstone() && entry.stamp().compareTo(horizon) < 0;
        return (!over || held.entry(entry.key()).isPresent()) && held.precedes(entry);
    }
}

package dev.gyre.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Takes over entries of other nodes: the later register of each field counts.
 *
 * @param horizon older tombstones are not taken over if they remove nothing here, because every node is about
 *                to forget them; the latest of all is
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
    public Change on(RegistryState state, Stamp stamp) {
        Entries entries = state.entries();
        List<Entry> later = offered.stream().filter(entry -> wanted(entries, entry, horizon))
                .collect(Collectors.toCollection(ArrayList::new));
        // Of the tombstones that every node is about to forget only the latest may stay.
        Stamp latest = later.stream().filter(entry -> !entry.key().isChange()).map(Entry::stamp)
                .max(Comparator.naturalOrder()).orElse(Stamp.ZERO);
        later.removeIf(entry -> over(entries, entry, horizon) && entry.stamp().compareTo(latest) < 0);
        String named = later.stream().limit(NAMED).map(entry -> entry.key().toString())
                .collect(Collectors.joining(", "));
        int more = later.size() - NAMED;
        return new Change(later, "taken over from other nodes: " + named
                + (more > 0 ? " and " + more + " more" : ""));
    }

    static boolean wanted(Entries held, Entry entry, Stamp horizon) {
        // Every node keeps the latest stamp of all: it is a part of the version shown.
        return (!over(held, entry, horizon) || entry.stamp().compareTo(held.highestWanted()) > 0)
                && held.precedes(entry);
    }

    private static boolean over(Entries held, Entry entry, Stamp horizon) {
        return entry.tombstone() && entry.stamp().compareTo(horizon) < 0
                && held.entry(entry.key()).isEmpty();
    }
}

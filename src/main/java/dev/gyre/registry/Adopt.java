package dev.gyre.registry;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Takes over what other nodes have written: of each key the later entry counts. */
record Adopt(Collection<Entry> offered) implements Command {

    private static final int NAMED = 5;

    Adopt {
        offered = List.copyOf(offered);
    }

    @Override
    public Change on(State state, Stamp stamp, Instant now) {
        Entries entries = state.entries();
        List<Entry> later = offered.stream().filter(entries::precedes).toList();
        String named = later.stream().limit(NAMED).map(entry -> entry.key().toString())
                .collect(Collectors.joining(", "));
        int more = later.size() - NAMED;
        return new Change(later, "taken over from other nodes: " + named
                + (more > 0 ? " and " + more + " more" : ""));
    }
}

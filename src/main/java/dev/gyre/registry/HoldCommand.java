package dev.gyre.registry;

import dev.gyre.model.Origin;
import dev.gyre.model.Service;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The commands by which requests of a service wait, and go again. */
public sealed interface HoldCommand extends Command {

    /** After which a hold ends by itself at the latest. */
    Duration LONGEST = Duration.ofMinutes(10);

    String service();

    /**
     * Lets the requests of a service wait instead of giving them to a backend.
     *
     * @param span after which they go again by themselves, up to {@link #LONGEST}; counts again for a service
     *             that is held already
     */
    record Hold(String service, Duration span) implements HoldCommand {

        @Override
        public Change on(RegistryState state, Stamp stamp) throws CommandRefused {
            Service there = state.exactService(service);
            Instant until = Instant.ofEpochMilli(state.now().plus(span).toEpochMilli());
            if (there.heldUntil().equals(Optional.of(until))) {
                return Change.none("service \"" + service + "\" is held already until " + until);
            }
            return Change.to("service \"" + service + "\" is held until " + until,
                    state.resource(Key.service(Origin.OPERATOR, service))
                            .setting(stamp, Map.of(EntryFields.HELD_UNTIL, until.toEpochMilli())));
        }
    }

    /** Ends a hold: the requests that wait go to the backends there are now, evenly. */
    record Release(String service) implements HoldCommand {

        @Override
        public Change on(RegistryState state, Stamp stamp) throws CommandRefused {
            if (state.service(service).heldUntil().isEmpty()) {
                return Change.none("service \"" + service + "\" is not held");
            }
            return Change.to("service \"" + service + "\" released",
                    state.resource(Key.service(Origin.OPERATOR, service))
                            .unsetting(stamp, List.of(EntryFields.HELD_UNTIL)));
        }
    }
}

package dev.gyre.registry;

import dev.gyre.model.Origin;
import dev.gyre.model.Service;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The commands that hold and release the requests of a service. */
public sealed interface HoldCommand extends Command {

    /** The longest hold. */
    Duration LONGEST = Duration.ofMinutes(10);

    String service();

    /**
     * Holds the requests of a service instead of sending them to a backend.
     *
     * @param span after which the hold ends, up to {@link #LONGEST}; it starts again if the service is held
     *             already
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

    /** Ends a hold: the waiting requests are spread evenly over the current backends. */
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

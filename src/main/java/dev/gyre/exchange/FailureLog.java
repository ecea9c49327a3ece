package dev.gyre.exchange;

import dev.gyre.log.RateLimitedLogs;
import dev.gyre.model.BackendId;
import dev.gyre.model.Failure;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs failures that are not the client's: of each kind at each backend one line in ten seconds at most, with
 * the number of those left out, so that a dead backend does not fill the disk. Thread-safe.
 */
final class FailureLog {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.proxy");
    private static final Duration EVERY = Duration.ofSeconds(10);
    /** Backends come and go for years; beyond so many kinds of failure the log begins again. */
    private static final int KINDS = 10_000;

    private record Kind(Failure failure, Optional<BackendId> backend) {
    }

    private final RateLimitedLogs<Kind> lines = new RateLimitedLogs<>(EVERY, KINDS);
    private final LongSupplier nanos;

    FailureLog(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * @param backend empty: the request was given to none
     * @param details may be null
     */
    void report(Failure failure, Optional<BackendId> backend, String details) {
        boolean expected = switch (failure) {
            // An overload has a line when it begins and one when it ends; a stop is what the operator wants.
            case OVERLOADED, STOPPED -> true;
            default -> failure.side() == Failure.Side.CLIENT;
        };
        if (expected) {
            return;
        }
        lines.happened(new Kind(failure, backend), nanos.getAsLong())
                .ifPresent(more -> log(failure, backend, detail(details), more));
    }

    private static String detail(String details) {
        return details == null ? "" : details.replace('"', '\'');
    }

    private static void log(Failure failure, Optional<BackendId> backend, String detail, String more) {
        backend.ifPresentOrElse(
                at -> LOG.warn("backend request failed service={} backend={} reason={} detail=\"{}\": {}{}",
                        at.service(), at.name(), failure.word(), detail, failure.explanation(), more),
                () -> LOG.warn("request failed reason={} detail=\"{}\": {}{}", failure.word(), detail,
                        failure.explanation(), more));
    }
}

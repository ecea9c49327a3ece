package dev.gyre.dns;

import dev.gyre.config.ResolverSettings;
import dev.gyre.model.RetryPolicy.Backoff;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** How long to wait before a name is looked up again. */
final class LookupDelay {

    /** After so many doublings every backoff has reached its max. */
    private static final int DOUBLINGS = 20;

    private LookupDelay() {
    }

    /** After the time to live; sooner if a part of the answer is missing. */
    static Duration before(Resolution known, ResolverSettings settings, RandomGenerator dice) {
        Optional<Duration> ttl = known.ttl().map(settings::clamped);
        if (known.failures() == 0 && ttl.isPresent()) {
            return ttl.get();
        }
        Duration backoff = backoff(settings.backoff(), known.failures(), dice);
        return ttl.filter(shorter -> shorter.compareTo(backoff) < 0).orElse(backoff);
    }

    /** Random, so that nodes that failed together do not ask together. */
    private static Duration backoff(Backoff backoff, int failures, RandomGenerator dice) {
        long whole = Math.min(backoff.max().toMillis(),
                backoff.base().toMillis() << Math.min(DOUBLINGS, failures - 1));
        return Duration.ofMillis(whole / 2 + dice.nextLong(whole - whole / 2 + 1));
    }
}

package dev.gyre.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConcurrencyLimiterTest {

    private final List<Promise<Void>> running = new ArrayList<>();

    private Promise<Void> begin() {
        Promise<Void> promise = Promise.promise();
        running.add(promise);
        return promise;
    }

    @Test
    void thousandsOfNamesDoNotAskAllAtOnce() {
        ConcurrencyLimiter limiter = new ConcurrencyLimiter(2);
        for (int i = 0; i < 5; i++) {
            limiter.submit(() -> begin().future());
        }
        assertThat(running).hasSize(2);
        running.get(1).complete();
        running.get(0).fail("it does not matter how it ended");
        assertThat(running).hasSize(4);
        running.get(2).complete();
        running.get(3).complete();
        running.get(4).complete();
        limiter.submit(() -> begin().future());
        assertThat(running).hasSize(6);
    }
}

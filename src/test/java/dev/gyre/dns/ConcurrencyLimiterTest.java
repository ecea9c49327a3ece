package dev.gyre.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConcurrencyLimiterTest {

    private final List<Promise<Void>> inside = new ArrayList<>();

    private Promise<Void> begin() {
        Promise<Void> promise = Promise.promise();
        inside.add(promise);
        return promise;
    }

    @Test
    void thousandsOfNamesDoNotAskAllAtOnce() {
        ConcurrencyLimiter turnstile = new ConcurrencyLimiter(2);
        for (int i = 0; i < 5; i++) {
            turnstile.enter(() -> begin().future());
        }
        assertThat(inside).hasSize(2);
        inside.get(1).complete();
        inside.get(0).fail("it does not matter how it ended");
        assertThat(inside).hasSize(4);
        inside.get(2).complete();
        inside.get(3).complete();
        inside.get(4).complete();
        turnstile.enter(() -> begin().future());
        assertThat(inside).hasSize(6);
    }
}

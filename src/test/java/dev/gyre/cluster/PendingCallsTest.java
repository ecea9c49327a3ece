package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Completable;
import io.vertx.core.Promise;
import org.junit.jupiter.api.Test;

/** A call that never returns is noticed, and one that takes its time is not. */
class PendingCallsTest {

    private final PendingCalls calls = new PendingCalls(2);

    @Test
    void aCallThatReturnsIsForgotten() {
        Promise<String> done = Promise.promise();
        Completable<String> call = calls.begin(done);
        calls.look();
        calls.look();
        call.complete("answer", null);
        calls.look();
        assertThat(calls.stuck()).isFalse();
        assertThat(done.future().result()).isEqualTo("answer");
    }

    @Test
    void aCallThatDoesNotReturnIsFoundAmongThoseThatDo() {
        calls.begin(Promise.<String>promise());
        for (int look = 0; look < 2; look++) {
            calls.begin(Promise.<String>promise()).complete("answer", null);
            calls.look();
            assertThat(calls.stuck()).isFalse();
        }
        calls.begin(Promise.<String>promise());
        calls.look();
        assertThat(calls.stuck()).isTrue();
    }
}

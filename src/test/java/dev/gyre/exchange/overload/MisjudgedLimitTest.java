package dev.gyre.exchange.overload;

import static dev.gyre.exchange.overload.QueueingServer.MILLI;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.exchange.overload.QueueingServer.Seen;
import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.ConcurrencyLimit.Adaptive;
import dev.gyre.model.Priority;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A limit found too low wastes what the backends can do, one too high lets requests wait there; whatever
 * happens to the backends, it must find its way back. Time is stepped.
 */
class MisjudgedLimitTest {

    private static final Adaptive WIDE = new Adaptive(5, 1000, 1.5);
    private static final int WORKERS = 40;
    private static final double MILLIS = 20;
    /** What that can answer in a second. */
    private static final double CAPACITY = WORKERS * 1000 / MILLIS;

    private final QueueingServer server = new QueueingServer(WIDE, WORKERS, MILLIS);

    private void nearTheKnee() {
        assertThat(server.limitNow()).isBetween(WORKERS, 2 * WORKERS);
    }

    @Test
    void underThreeTimesTheLoadItRestsNearTheKnee() {
        server.run(10, 3 * CAPACITY);
        for (int i = 0; i < 10; i++) {
            Seen seen = server.run(10, 3 * CAPACITY);
            nearTheKnee();
            assertThat(seen.answered()).as("in ten seconds").isGreaterThan((int) (9.3 * CAPACITY));
            assertThat(seen.medianMillis()).isLessThan(2 * MILLIS);
            assertThat(seen.p99Millis()).isLessThan(3 * MILLIS);
        }
    }

    @Test
    void underAnOverloadOfAnHourItRestsThere() {
        QueueingServer slow = new QueueingServer(WIDE, WORKERS, 200);
        slow.run(3600, 3 * WORKERS / 0.2);
        assertThat(slow.limitNow()).isBetween(WORKERS, 2 * WORKERS);
    }

    @Test
    void whereAllRequestsAreCriticalItRestsThereToo() {
        server.limit.adopt(WIDE, Priority.CRITICAL);
        server.run(300, Map.of(Priority.CRITICAL, 3 * CAPACITY));
        nearTheKnee();
    }

    @Test
    void whenAQuarterOfTheCapacityIsLeftItFollows() {
        server.run(20, 3 * CAPACITY);
        server.workers(WORKERS / 4);
        server.run(10, 3 * CAPACITY);
        assertThat(server.limitNow()).isBetween(WORKERS / 4, WORKERS / 2);
        assertThat(server.run(10, 3 * CAPACITY).medianMillis()).isLessThan(2 * MILLIS);
        server.workers(WORKERS);
        server.run(15, 3 * CAPACITY);
        nearTheKnee();
    }

    @Test
    void withLittleOrNoLoadItStaysWhereItIs() {
        server.run(30, 3 * CAPACITY);
        server.run(30, 1);
        int before = server.limitNow();
        server.run(3600, 20);
        server.takes(10 * MILLIS);
        server.run(3600, 20);
        assertThat(server.limitNow()).isEqualTo(before);
    }

    @Test
    void answersThatHaveBecomeSlowerForGoodAreAccepted() {
        server.run(20, 3 * CAPACITY);
        server.takes(5 * MILLIS);
        server.run(40, 3 * CAPACITY / 5);
        nearTheKnee();
        assertThat(server.run(20, 3 * CAPACITY / 5).answered()).isGreaterThan((int) (18 * CAPACITY / 5));
    }

    @Test
    void theyAreAcceptedToo_whenTheLoadFitsWell() {
        server.run(20, 3 * CAPACITY);
        server.run(60, 0.7 * CAPACITY);
        server.takes(5 * MILLIS);
        server.run(60, 0.7 * CAPACITY / 5);
        assertThat(server.run(60, 0.7 * CAPACITY / 5).refused(Priority.NORMAL)).isLessThan(100);
    }

    @Test
    void unevenAnswersDoNotMakeItCollapse() {
        // Nineteen of twenty take from 1 to 20 ms, the twentieth up to a second.
        server.takes(lot -> MILLI * (lot < 0.95 ? 1 + 20 * lot : 1_000 * (lot - 0.95) / 0.05));
        server.workers(500);
        server.run(30, 3_000);
        int refused = server.run(300, 3_000).refused(Priority.NORMAL);
        assertThat(server.limitNow()).isGreaterThan(100);
        assertThat(refused).isLessThan(300 * 3_000 / 100);
    }

    @Test
    void aLimitThatIsFarTooHighIsCorrected() {
        server.limit.adopt(new Adaptive(1000, 1000, 1.5), Priority.NORMAL);
        server.run(20, 3 * CAPACITY);
        assertThat(server.limitNow()).isEqualTo(1000);
        server.limit.adopt(WIDE, Priority.NORMAL);
        server.run(15, 3 * CAPACITY);
        nearTheKnee();
    }

    @Test
    void aLimitThatIsFarTooLowIsCorrected() {
        QueueingServer large = new QueueingServer(WIDE, 400, MILLIS);
        large.run(3, 15_000);
        assertThat(large.run(3, 15_000).refused(Priority.NORMAL)).isLessThan(4_500);
    }

    @Test
    void aSlowBeginningIsForgotten() {
        for (int second = 0; second < 20; second++) {
            server.takes(MILLIS * (20 - second));
            server.run(1, 3 * CAPACITY);
        }
        server.takes(MILLIS);
        server.run(20, 3 * CAPACITY);
        nearTheKnee();
        assertThat(server.run(10, 3 * CAPACITY).medianMillis()).isLessThan(2 * MILLIS);
    }

    @Test
    void failuresBringItDown() {
        server.run(20, 3 * CAPACITY);
        server.fails(0.5);
        server.run(20, 3 * CAPACITY);
        assertThat(server.limitNow()).isLessThan(WORKERS / 2);
        server.fails(0);
        server.run(20, 3 * CAPACITY);
        nearTheKnee();
    }

    @Test
    void aBackendThatHangsKeepsItsPlacesAndNoMore() {
        server.run(20, 3 * CAPACITY);
        int before = server.limitNow();
        server.workers(0);
        Seen seen = server.run(10, 3 * CAPACITY);
        assertThat(seen.answered()).isLessThanOrEqualTo(WORKERS);
        assertThat(server.limitNow()).isEqualTo(before);
        server.workers(WORKERS);
    }

    @Test
    void aFixedOneIsNeverChanged() {
        server.limit.adopt(new ConcurrencyLimit.Fixed(17), Priority.NORMAL);
        server.fails(0.5);
        server.run(20, 3 * CAPACITY);
        assertThat(server.limitNow()).isEqualTo(17);
    }
}

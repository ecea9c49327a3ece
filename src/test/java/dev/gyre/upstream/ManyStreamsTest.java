package dev.gyre.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.BackendStats;
import dev.gyre.upstream.StreamsOfABackend.Connection;
import dev.gyre.upstream.StreamsOfABackend.Opening;
import dev.gyre.upstream.StreamsOfABackend.Request;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxTest;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where a connection carries many requests, counting connections is not counting requests: a pool that takes
 * the one for the other opens too many, lets requests wait beside a connection with room, or never lets go.
 */
@VertxTest
class ManyStreamsTest {

    private static final Duration LONG = StreamsOfABackend.KEEP_ALIVE.plusSeconds(1);
    private static final int STEPS = 600;

    @Test
    void requestsShareAConnectionUntilItIsFull(Vertx vertx) throws Exception {
        StreamsOfABackend streams = new StreamsOfABackend(vertx, 1, 10);
        Request first = streams.request(0);
        Connection connection = streams.opens(2);
        Request second = streams.request(0);
        Request third = streams.request(0);
        assertThat(connection.requests()).containsExactly(first, second);
        assertThat(third.connected).isFalse();
        BackendStats stats = streams.pools.stats().await().get(streams.backend.id());
        assertThat(stats.inFlight()).as("requests in flight").isEqualTo(3);
        assertThat(stats.inUse()).as("connections in use").isEqualTo(1);
        assertThat(stats.queued()).isEqualTo(1);
        streams.run(first::answered);
        assertThat(connection.requests()).containsExactly(second, third);
        assertThat(streams.backend.inFlight()).isEqualTo(2);
    }

    @Test
    void aBrokenStreamLeavesTheOthers(Vertx vertx) throws Exception {
        StreamsOfABackend streams = new StreamsOfABackend(vertx, 1, 10);
        Request first = streams.request(0);
        Connection connection = streams.opens(2);
        Request second = streams.request(0);
        streams.run(first::broken);
        assertThat(connection.closed).isFalse();
        assertThat(connection.requests()).containsExactly(second);
    }

    @Test
    void whoWaitedWhileAConnectionOpenedGoesOnItAsWell(Vertx vertx) throws Exception {
        StreamsOfABackend streams = new StreamsOfABackend(vertx, 1, 10);
        Request first = streams.request(0);
        Request second = streams.request(0);
        Request third = streams.request(0);
        Connection connection = streams.opens(2);
        assertThat(connection.requests()).containsExactly(first, second);
        streams.run(() -> connection.takes(3));
        assertThat(connection.requests()).containsExactly(first, second, third);
    }

    @Test
    void aConnectionThatGoesAwayEndsWithItsLastStream(Vertx vertx) throws Exception {
        StreamsOfABackend streams = new StreamsOfABackend(vertx, 2, 10);
        Request first = streams.request(0);
        Connection old = streams.opens(3);
        Request second = streams.request(0);
        streams.run(old::goAway);
        Request third = streams.request(0);
        assertThat(old.requests()).containsExactly(first, second);
        assertThat(streams.opens(3).requests()).containsExactly(third);
        streams.run(first::answered);
        assertThat(old.closed).isFalse();
        streams.run(second::answered);
        assertThat(old.closed).isTrue();
        assertThat(streams.backend.slots().taken()).isEqualTo(1);
    }

    /** Its connection cannot be moved there as long as it carries anything. */
    @Test
    void aRequestOfAnotherLoopGetsItsTurn(Vertx vertx) throws Exception {
        StreamsOfABackend streams = new StreamsOfABackend(vertx, 1, 10);
        Request first = streams.request(0);
        Connection connection = streams.opens(2);
        Request elsewhere = streams.request(1);
        Request soon = streams.request(0);
        assertThat(connection.requests()).as("nobody has waited for long").containsExactly(first, soon);
        streams.run(first::answered);
        streams.step(Duration.ofMillis(20));
        Request later = streams.request(0);
        assertThat(later.connected).isFalse();
        streams.run(soon::answered);
        assertThat(connection.closed).isTrue();
        assertThat(streams.opens(2).requests()).containsExactly(elsewhere);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void whateverHappensNothingIsLost(long seed, Vertx vertx) throws Exception {
        Random random = new Random(seed);
        StreamsOfABackend streams = new StreamsOfABackend(vertx, 2 + random.nextInt(3), random.nextInt(8));
        for (int i = 0; i < STEPS; i++) {
            anything(streams, random);
            check(streams, "seed " + seed + ", step " + i);
        }
        end(streams);
        check(streams, "seed " + seed + ", in the end");
        assertThat(streams.requests).isEmpty();
        assertThat(streams.backend.inFlight()).isZero();
        assertThat(streams.connections).isEmpty();
        assertThat(streams.backend.slots().taken()).isZero();
    }

    private static void anything(StreamsOfABackend streams, Random random) throws Exception {
        switch (random.nextInt(24)) {
            case 0, 1, 2, 3, 4, 5, 6 -> streams.request(random.nextInt(2));
            case 7, 8, 9, 10, 11 -> connected(streams, random, Request::answered);
            case 12 -> connected(streams, random, Request::broken);
            case 13 -> of(streams.requests, random, streams, Request::broken);
            case 14, 15, 16 -> {
                if (!streams.openings.isEmpty()) {
                    streams.opens(1 + random.nextInt(4));
                }
            }
            case 17 -> refuse(streams);
            case 18 -> of(streams.connections, random, streams, connection -> lose(connection, random));
            case 19 -> of(streams.connections, random, streams, Connection::goAway);
            case 20 -> {
                int most = 1 + random.nextInt(4);
                of(streams.connections, random, streams, connection -> connection.takes(most));
            }
            case 21 -> streams.limit(1 + random.nextInt(4));
            case 22 -> streams.step(Duration.ofMillis(random.nextInt(10) == 0 ? LONG.toMillis()
                    : random.nextInt(400)));
            default -> {
                LoopPool pool = streams.on(random.nextInt(2));
                streams.run(random.nextInt(4) == 0 ? pool::shut : pool::reopen);
            }
        }
    }

    private interface Act<T> {

        void on(T one);
    }

    private static void connected(StreamsOfABackend streams, Random random, Act<Request> act)
            throws Exception {
        of(streams.requests.stream().filter(request -> request.connected).toList(), random, streams, act);
    }

    private static <T> void of(List<T> all, Random random, StreamsOfABackend streams, Act<T> act)
            throws Exception {
        if (!all.isEmpty()) {
            T one = all.get(random.nextInt(all.size()));
            streams.run(() -> act.on(one));
        }
    }

    private static void refuse(StreamsOfABackend streams) throws Exception {
        if (!streams.openings.isEmpty()) {
            Opening opening = streams.openings.remove(0);
            streams.run(() -> opening.promise().fail(new ConnectException("Connection refused")));
        }
    }

    /** Some of its requests are sent again. */
    private static void lose(Connection connection, Random random) {
        List<Request> on = connection.requests();
        connection.close();
        for (Request request : on) {
            if (random.nextBoolean()) {
                request.fresh();
            } else {
                request.broken();
            }
        }
    }

    private static void check(StreamsOfABackend streams, String when) throws Exception {
        streams.run(() -> {
            ConnectionSlots slots = streams.backend.slots();
            streams.loopPools().forEach(pool -> {
                assertThat(pool.tally().inFlight()).as("%s: in flight on a loop", when).isEqualTo(
                        (int) streams.requests.stream().filter(request -> request.pool == pool).count());
                boolean waits = pool.queue().stream().anyMatch(lease -> !lease.wantsFresh());
                assertThat(waits && pool.hasRoom()).as("%s: waits beside room", when).isFalse();
            });
            assertThat(streams.backend.inFlight()).as(when).isEqualTo(streams.requests.size());
            int waiting = streams.loopPools().mapToInt(pool -> pool.queue().size()).sum();
            assertThat(slots.waiting()).as("%s: waiting", when).isEqualTo(waiting);
            long unconnected = streams.requests.stream().filter(request -> !request.connected).count();
            assertThat(unconnected - waiting).as("%s: neither waits nor has a connection", when)
                    .isBetween(0L, (long) streams.openings.size());
            assertThat(slots.taken()).as("%s: slots", when)
                    .isEqualTo(streams.connections.size() + streams.openings.size());
            long carrying = streams.connections.stream().mapToLong(one -> one.streams.size()).sum();
            assertThat(carrying).as("%s: streams", when).isEqualTo(streams.requests.size() - unconnected);
            assertThat(slots.idle()).as("%s: idle", when).isEqualTo((int) streams.connections.stream()
                    .filter(one -> one.streams.isEmpty()).count());
            assertThat(slots.waiting() > 0 && (slots.idle() > 0 || slots.taken() < slots.limit()))
                    .as("%s: waits beside something free", when).isFalse();
        });
    }

    private static void end(StreamsOfABackend streams) throws Exception {
        while (!streams.requests.isEmpty() || !streams.openings.isEmpty()) {
            if (!streams.openings.isEmpty()) {
                streams.opens(2);
            }
            for (Request request : List.copyOf(streams.requests)) {
                if (request.connected) {
                    streams.run(request::answered);
                }
            }
        }
        streams.step(LONG);
    }
}

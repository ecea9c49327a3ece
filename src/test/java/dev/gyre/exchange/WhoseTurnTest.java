package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.BackendStats;
import dev.gyre.model.Balance;
import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.Failure;
import dev.gyre.model.HealthPolicy;
import dev.gyre.model.Hedge;
import dev.gyre.model.HoldPolicy;
import dev.gyre.model.HostHeader;
import dev.gyre.model.Limits;
import dev.gyre.model.Outcome;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.RetryCause;
import dev.gyre.model.RetryPolicy;
import dev.gyre.model.Scope;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Strategy;
import dev.gyre.model.Timeouts;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * A backend is charged with what happens while it has the turn, and with nothing that waits for the client:
 * in no phase, whichever side ends it, and however.
 */
class WhoseTurnTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final String PUT = "PUT / HTTP/1.1\r\nHost: a\r\n";
    private static final String HALF = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha";
    private static final String UNAVAILABLE = "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n";

    private enum Turn { CLIENT, NODE, BACKEND }

    private enum Phase {
        /** The only connection is taken by another request. */
        QUEUED(Turn.NODE),
        /** A head with Expect and not one byte of a body. */
        EXPECTING(Turn.CLIENT),
        UPLOADING(Turn.CLIENT),
        UPLOADING_IN_CHUNKS(Turn.CLIENT),
        AWAITING(Turn.BACKEND),
        /** Half an answer is out, and half a request. */
        ANSWERED_EARLY(Turn.CLIENT),
        ANSWERING(Turn.BACKEND),
        /** The client does not read, so that the backend cannot write. */
        NOT_READ(Turn.CLIENT);

        private final Turn turn;

        Phase(Turn turn) {
            this.turn = turn;
        }

        boolean answering() {
            return this == ANSWERED_EARLY || this == ANSWERING || this == NOT_READ;
        }
    }

    private enum End {
        /** Nothing happens any more. */
        SILENCE,
        CLIENT_LEAVES, CLIENT_RESETS, CLIENT_SENDS_GARBAGE,
        BACKEND_CLOSES, BACKEND_RESETS, BACKEND_CLOSES_AFTER_A_WHILE, BACKEND_RESETS_AFTER_A_WHILE,
        BACKEND_SAYS_503, BACKEND_SAYS_503_AFTER_A_WHILE, BACKEND_SENDS_GARBAGE;

        boolean late() {
            return name().endsWith("AFTER_A_WHILE");
        }
    }

    private static ServicePolicy policy(Timeouts timeouts) {
        return new ServicePolicy(Balance.of(Strategy.PEAK_EWMA), new HostHeader.Client(),
                new PoolPolicy(1, Scope.NODE, 4, Duration.ofSeconds(2), Duration.ofSeconds(30)), timeouts,
                new RetryPolicy(2, EnumSet.allOf(RetryCause.class), Set.of(503), Optional.empty(),
                        new RetryPolicy.Backoff(Duration.ofMillis(20), Duration.ofMillis(40)), 64 * 1024,
                        new RetryPolicy.Budget(1, 1000), new Hedge.Off()),
                EjectionPolicy.DEFAULT, HealthPolicy.DEFAULT, HoldPolicy.DEFAULT, new ConcurrencyLimit.Off());
    }

    private static SteppedProxy proxy() throws Exception {
        return new SteppedProxy(1, policy(new Timeouts(SECOND, Duration.ofSeconds(5), Duration.ofSeconds(3),
                Optional.empty())), noHalfClose(Limits.DEFAULT.within(1000)));
    }

    /** A client that closes is taken for gone: by default it may have closed its own side only. */
    private static Limits noHalfClose(Limits limits) {
        return new Limits(limits.connections(), limits.connectionsPerAddress(),
                limits.requestsPerConnection(), limits.requestLine(), limits.headers(), limits.headerCount(),
                limits.head(), limits.idle(), limits.minRate(), limits.minRateBurst(),
                limits.maxBody(), false);
    }

    private static SteppedBackend.Connection enter(Phase phase, SteppedProxy proxy, SteppedPeer client)
            throws Exception {
        if (phase == Phase.QUEUED) {
            proxy.client().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            proxy.until("the connection is taken", () -> proxy.backend(0).asked().size() == 1);
        }
        client.send(switch (phase) {
            case EXPECTING -> PUT + "Expect: 100-continue\r\nContent-Length: 4\r\n\r\n";
            case UPLOADING, ANSWERED_EARLY -> PUT + "Content-Length: 4\r\n\r\nbo";
            case UPLOADING_IN_CHUNKS -> PUT + "Transfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n";
            case QUEUED, AWAITING, ANSWERING -> PUT + "Content-Length: 4\r\n\r\nbody";
            case NOT_READ -> "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        });
        SteppedBackend.Connection backend = asked(proxy, phase == Phase.QUEUED ? "GET " : switch (phase) {
            case EXPECTING -> "\r\n\r\n";
            case UPLOADING, UPLOADING_IN_CHUNKS, ANSWERED_EARLY -> "bo";
            case NOT_READ -> "GET ";
            default -> "body";
        });
        if (phase == Phase.QUEUED) {
            proxy.until("the other request waits", () -> proxy.queued() == 1);
        }
        if (phase == Phase.NOT_READ) {
            client.reads(false);
            backend.begin("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
            String piece = "x".repeat(64 * 1024);
            // The proxy has had its turn so often, and has read nothing.
            for (int refused = 0; refused < 500; refused = backend.send(piece) == 0 ? refused + 1 : 0) {
                proxy.settle();
            }
        } else if (phase.answering()) {
            backend.begin(HALF);
            proxy.until("half an answer", () -> client.received().endsWith("ha"));
        }
        return backend;
    }

    /** The connection on which the backend has got this much of a request. */
    private static SteppedBackend.Connection asked(SteppedProxy proxy, String part) throws Exception {
        proxy.until("the backend has got " + part, () -> proxy.backend(0).asked().stream()
                .anyMatch(one -> one.received().contains(part)));
        return proxy.backend(0).asked().get(0);
    }

    /** Does it, and returns when the proxy has noticed. */
    private static void end(Phase phase, End how, SteppedProxy proxy, SteppedPeer client,
                            SteppedBackend.Connection backend) throws Exception {
        if (how.late()) {
            proxy.step(SECOND.plusMillis(500));
        }
        switch (how) {
            case SILENCE -> { }
            case CLIENT_LEAVES -> client.leave(false);
            case CLIENT_RESETS -> client.leave(true);
            case CLIENT_SENDS_GARBAGE -> client.send("\r\n\0\0garbage\r\n\r\n");
            case BACKEND_CLOSES, BACKEND_CLOSES_AFTER_A_WHILE -> backend.leave(false);
            case BACKEND_RESETS, BACKEND_RESETS_AFTER_A_WHILE -> backend.leave(true);
            case BACKEND_SAYS_503, BACKEND_SAYS_503_AFTER_A_WHILE -> backend.complete(UNAVAILABLE);
            case BACKEND_SENDS_GARBAGE -> backend.send("\0garbage\r\n\r\n");
        }
        boolean unseen = phase == Phase.NOT_READ && how.name().startsWith("BACKEND");
        if (how != End.SILENCE && !unseen) {
            proxy.until("the attempt has ended", () -> proxy.ended() == 1);
        }
    }

    private static boolean isCharged(Phase phase, End how) {
        return switch (how) {
            case CLIENT_LEAVES, CLIENT_RESETS, CLIENT_SENDS_GARBAGE -> false;
            // Nobody's waiting brings a backend to send what is no answer.
            case BACKEND_SENDS_GARBAGE -> true;
            default -> phase.turn == Turn.BACKEND;
        };
    }

    /** Also while the client is to send more, unless it has sent nothing for long. */
    private static boolean isRepeated(Phase phase, End how) {
        boolean broken = how.name().startsWith("BACKEND") && how != End.BACKEND_SENDS_GARBAGE;
        return broken && (phase == Phase.AWAITING
                || phase.turn == Turn.CLIENT && !phase.answering() && !how.late());
    }

    /** What cannot be, or means something else there. */
    private static boolean possible(Phase phase, End how) {
        return switch (how) {
            case SILENCE, CLIENT_LEAVES, CLIENT_RESETS -> true;
            case CLIENT_SENDS_GARBAGE -> phase == Phase.UPLOADING_IN_CHUNKS;
            case BACKEND_SAYS_503, BACKEND_SAYS_503_AFTER_A_WHILE, BACKEND_SENDS_GARBAGE ->
                    phase != Phase.QUEUED && !phase.answering();
            default -> phase != Phase.QUEUED;
        };
    }

    @Property
    void aBackendIsChargedInItsTurnOnly(@ForAll Phase phase, @ForAll End how) throws Exception {
        Assume.that(possible(phase, how));
        try (SteppedProxy proxy = proxy()) {
            SteppedPeer client = proxy.client();
            SteppedBackend.Connection backend = enter(phase, proxy, client);
            end(phase, how, proxy, client, backend);
            boolean charged = isCharged(phase, how);
            if (phase == Phase.QUEUED) {
                // The other request is answered before its time is up.
                proxy.step(Duration.ofSeconds(2).plusMillis(20));
                backend.complete(SteppedBackend.OK);
                proxy.until("nothing in flight", () -> proxy.inFlight() == 0);
            }
            if (!charged && (how == End.SILENCE || how.late())) {
                proxy.step(Duration.ofSeconds(3).plusMillis(20));
                assertThat(proxy.retries()).as("what the client may bring about costs no retry").isZero();
            }
            if (isRepeated(phase, how)) {
                proxy.step(Duration.ofMillis(60));
                proxy.until("it is tried again", () -> proxy.backend(0).asked().stream()
                        .anyMatch(one -> one != backend));
                if (phase == Phase.AWAITING) {
                    asked(proxy, "body").complete(SteppedBackend.OK);
                    hears("HTTP/1.1 200", proxy, client);
                }
            }
            for (int i = 0; i < 8; i++) {
                proxy.step(SECOND);
            }
            if (phase == Phase.NOT_READ) {
                client.reads(true);
            }
            proxy.until("nothing in flight", () -> proxy.inFlight() == 0);
            assertThat(proxy.charged()).hasSize(charged ? 1 : 0);
            // An answer with a status of its own is none of the failures that are shown.
            boolean shown = charged && !how.name().startsWith("BACKEND_SAYS");
            assertThat(proxy.stats()).extracting(BackendStats::failures).containsOnly(shown ? 1L : 0L);
            if (!charged && phase != Phase.QUEUED) {
                assertThat(proxy.answerNanos(0)).as("nor does it look slow").isLessThan(SECOND.toNanos());
            }
            if (how == End.SILENCE) {
                clientHearsWhoseTurnItWas(phase, proxy, client);
            }
        }
    }

    private static void clientHearsWhoseTurnItWas(Phase phase, SteppedProxy proxy, SteppedPeer client)
            throws Exception {
        switch (phase) {
            case QUEUED -> hears("HTTP/1.1 503", proxy, client);
            case EXPECTING, UPLOADING, UPLOADING_IN_CHUNKS -> hears("HTTP/1.1 408", proxy, client);
            case AWAITING -> hears("HTTP/1.1 504", proxy, client);
            default -> proxy.until("broken off", client::ended);
        }
    }

    private static void hears(String status, SteppedProxy proxy, SteppedPeer client) throws Exception {
        proxy.until(status, () -> client.received().startsWith(status));
    }

    /** A body of four bytes that takes eight seconds. */
    private static void trickle(SteppedProxy proxy, SteppedPeer client) throws Exception {
        client.send(PUT + "Content-Length: 4\r\n\r\n");
        asked(proxy, "\r\n\r\n");
        for (int i = 1; i <= 4; i++) {
            proxy.step(SECOND.multipliedBy(2));
            client.send("x");
            asked(proxy, "\r\n\r\n" + "x".repeat(i));
        }
    }

    @Example
    void aSlowUploadMakesNoBackendLookSlow() throws Exception {
        try (SteppedProxy proxy = proxy()) {
            SteppedPeer client = proxy.client();
            trickle(proxy, client);
            proxy.step(Duration.ofMillis(30));
            proxy.backend(0).asked().get(0).complete(SteppedBackend.OK);
            hears("HTTP/1.1 200", proxy, client);
            proxy.until("nothing in flight", () -> proxy.inFlight() == 0);
            assertThat(proxy.answerNanos(0)).isEqualTo(30e6);
        }
    }

    @Example
    void aSlowDownloadOfAnErrorMakesNoBackendLookSlow() throws Exception {
        try (SteppedProxy proxy = proxy()) {
            SteppedPeer client = proxy.client();
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx");
            SteppedBackend.Connection backend = asked(proxy, "\r\n\r\nx");
            proxy.step(Duration.ofMillis(30));
            backend.begin("HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\n");
            hears("HTTP/1.1 500", proxy, client);
            for (int i = 1; i <= 3; i++) {
                proxy.step(SECOND.multipliedBy(2));
                backend.send("x");
                String soFar = "\r\n\r\n" + "x".repeat(i);
                proxy.until(soFar, () -> client.received().endsWith(soFar));
            }
            backend.complete("x");
            proxy.until("nothing in flight", () -> proxy.inFlight() == 0);
            assertThat(proxy.answerNanos(0)).isEqualTo(30e6);
        }
    }

    /** A client may use up all the time there is but a moment. */
    @Property
    void theWholeRequestsTimeIsTheBackendsFaultOnlyIfItHadMostOfIt(@ForAll boolean slowUpload)
            throws Exception {
        Timeouts timeouts = new Timeouts(SECOND, Duration.ofSeconds(30), Duration.ofSeconds(3),
                Optional.of(Duration.ofSeconds(10)));
        try (SteppedProxy proxy = new SteppedProxy(1, policy(timeouts), Limits.DEFAULT.within(1000))) {
            SteppedPeer client = proxy.client();
            if (slowUpload) {
                trickle(proxy, client);
            } else {
                client.send(PUT + "Content-Length: 4\r\n\r\nbody");
                asked(proxy, "body");
                proxy.step(SECOND.multipliedBy(8));
            }
            proxy.step(SECOND.multipliedBy(2).plusMillis(20));
            hears("HTTP/1.1 504", proxy, client);
            assertThat(proxy.charged()).hasSize(slowUpload ? 0 : 1);
        }
    }

    @Example
    void theWholeRequestsTimeIsTheNodesFaultWhileItWaitsForAConnection() throws Exception {
        Timeouts timeouts = new Timeouts(SECOND, Duration.ofSeconds(30), Duration.ofSeconds(30),
                Optional.of(SECOND));
        try (SteppedProxy proxy = new SteppedProxy(1, policy(timeouts), Limits.DEFAULT.within(1000))) {
            SteppedPeer client = proxy.client();
            enter(Phase.QUEUED, proxy, client);
            proxy.step(SECOND.plusMillis(20));
            hears("HTTP/1.1 504", proxy, client);
            proxy.until("both are finished", () -> proxy.finished().size() == 2);
            assertThat(proxy.finished()).extracting(one -> one.attempts().get(0).outcome())
                    .contains(new Outcome.Failed(Failure.REQUEST_TIMEOUT, Failure.Side.NODE));
        }
    }

    /** A client that has read slowly may be why the backend gave up; that it did is heard of later. */
    @Example
    void anAnswerThatBreaksOffAfterTheClientHeldItBackIsNotCharged() throws Exception {
        try (SteppedProxy proxy = proxy()) {
            SteppedPeer client = proxy.client();
            SteppedBackend.Connection backend = enter(Phase.NOT_READ, proxy, client);
            proxy.step(SECOND.multipliedBy(2));
            client.reads(true);
            // What had come for it goes on, until the backend could send again.
            proxy.until("more", () -> backend.send("x") > 0);
            backend.leave(true);
            proxy.until("broken off", client::ended);
            proxy.until("nothing in flight", () -> proxy.inFlight() == 0);
            assertThat(proxy.charged()).isEmpty();
        }
    }
}

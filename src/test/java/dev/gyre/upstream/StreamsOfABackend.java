package dev.gyre.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.loop.Loop;
import dev.gyre.loop.LoopAccess;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Failure;
import dev.gyre.model.Outcome;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.Scope;
import dev.gyre.model.ServicePolicy;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The pools of one backend on two event loops (of one thread, so that a run can be repeated), with requests
 * and with connections that carry several streams. All is real but the connections, which exist in memory,
 * and the clock.
 */
final class StreamsOfABackend {

    static final Duration QUEUE_TIMEOUT = Duration.ofSeconds(1);
    static final Duration KEEP_ALIVE = Duration.ofSeconds(30);
    private static final BackendId ID = new BackendId("web", new BackendUrl("10.0.0.1", 80));
    /** What the pools put off puts off more, but not so often. */
    private static final int TURNS = 12;

    final List<Request> requests = new ArrayList<>();
    final List<Connection> connections = new ArrayList<>();
    final List<Opening> openings = new ArrayList<>();
    final Pools pools;
    final BackendPool backend;
    private final AtomicLong nanos = new AtomicLong(1_000_000_000);
    private final List<Loop> loops;
    private int maxConnections;

    StreamsOfABackend(Vertx vertx, int maxConnections, int maxQueue) {
        this.maxConnections = maxConnections;
        loops = LoopAccess.start(vertx, 2, nanos::get);
        pools = new Pools(loops, failure -> { }, this::connect);
        PoolPolicy policy = new PoolPolicy(maxConnections, Scope.NODE, maxQueue, QUEUE_TIMEOUT, KEEP_ALIVE);
        backend = pools.adopt(ID, ServicePolicy.DEFAULT.with(policy));
    }

    /** A request, from its lease to its end. */
    final class Request implements LeaseHolder {

        final LoopPool pool;
        final Lease lease;
        boolean connected;
        boolean refused;
        boolean ended;

        Request(LoopPool pool) {
            this.pool = pool;
            lease = pool.lease(this);
            requests.add(this);
        }

        @Override
        public void connected(boolean reused) {
            assertThat(ended).as("told when it had ended").isFalse();
            connected = true;
            lease.open(HttpMethod.GET, "/");
        }

        @Override
        public void opened(BackendStream stream) {
            // Nothing is sent.
        }

        @Override
        public void notOpened(Throwable cause) {
            throw new IllegalStateException(cause);
        }

        @Override
        public void refused(Failure failure, String details) {
            refused = true;
            end(new Outcome.Failed(failure), false);
        }

        @Override
        public void moved() {
            end(new Outcome.Moved(), false);
        }

        @Override
        public void readComplete() {
            // Nothing is sent.
        }

        void answered() {
            end(new Outcome.Answered(200), true);
        }

        void broken() {
            end(new Outcome.Failed(Failure.RESPONSE_INCOMPLETE), false);
        }

        private void end(Outcome outcome, boolean whole) {
            ended = true;
            requests.remove(this);
            lease.end(outcome, whole);
        }

        void fresh() {
            connected = false;
            lease.acquireFresh();
        }
    }

    /** One that is on its way to be open. */
    record Opening(Loop loop, Promise<BackendConnection> promise) {
    }

    /** A connection that carries so many streams at a time. With one it is like HTTP/1. */
    final class Connection implements BackendConnection {

        final Loop loop;
        final Set<StreamUser> streams = new LinkedHashSet<>();
        private Owner owner;
        private int maxStreams;
        private boolean leaving;
        boolean closed;

        Connection(Loop loop, int maxStreams) {
            this.loop = loop;
            this.maxStreams = maxStreams;
            connections.add(this);
        }

        @Override
        public void belongsTo(Owner to) {
            owner = to;
        }

        @Override
        public int maxStreams() {
            return maxStreams;
        }

        @Override
        public boolean usable() {
            return !leaving && !closed;
        }

        @Override
        public void open(HttpMethod method, String target, StreamUser user) {
            assertThat(usable()).as("takes streams").isTrue();
            assertThat(streams.size()).as("streams before this one").isLessThan(maxStreams);
            streams.add(user);
            user.opened((BackendStream) Proxy.newProxyInstance(BackendStream.class.getClassLoader(),
                    new Class<?>[] {BackendStream.class}, (proxy, method2, args) -> null));
        }

        @Override
        public void end(StreamUser user, boolean whole) {
            if (closed) {
                return;
            }
            assertThat(streams.remove(user)).as("a stream ends once").isTrue();
            if (maxStreams == 1 && streams.isEmpty() && !whole) {
                close();
            } else {
                owner.streamEnded();
            }
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                connections.remove(this);
                owner.closed();
            }
        }

        @Override
        public void leave() {
            assertThat(streams).as("closed for another request").isEmpty();
            loop.executeLater(this::close);
        }

        /** As GOAWAY does. */
        void goAway() {
            leaving = true;
            owner.changed();
        }

        /** As SETTINGS do. */
        void takes(int most) {
            maxStreams = most;
            owner.changed();
        }

        /** Its requests, each of which has to be told by the caller when it is lost. */
        List<Request> requests() {
            return StreamsOfABackend.this.requests.stream()
                    .filter(request -> streams.contains(request.lease)).toList();
        }
    }

    private Future<BackendConnection> connect(Loop loop, BackendId to, ServicePolicy policy) {
        assertThat(connections.size() + openings.size()).as("connections before this one")
                .isLessThan(maxConnections);
        Promise<BackendConnection> promise = Promise.promise();
        openings.add(new Opening(loop, promise));
        return promise.future();
    }

    LoopPool on(int loop) {
        return backend.on(loops.get(loop));
    }

    /** Opens the connection that was asked for first. */
    Connection opens(int maxStreams) throws Exception {
        Opening opening = openings.remove(0);
        return onLoop(() -> {
            Connection connection = new Connection(opening.loop(), maxStreams);
            opening.promise().complete(connection);
            return connection;
        });
    }

    void limit(int most) throws Exception {
        maxConnections = most;
        onLoop(() -> {
            backend.slots().limit(most);
            return null;
        });
    }

    Request request(int loop) throws Exception {
        return onLoop(() -> {
            Request request = new Request(on(loop));
            request.lease.acquire();
            return request;
        });
    }

    void step(Duration by) throws Exception {
        nanos.addAndGet(by.toNanos());
        onLoop(() -> {
            loops.forEach(LoopAccess::expire);
            return null;
        });
    }

    void run(Runnable task) throws Exception {
        onLoop(() -> {
            task.run();
            return null;
        });
    }

    /** Runs there, with all that follows from it. */
    <T> T onLoop(Supplier<T> task) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        loops.get(0).execute(() -> {
            try {
                done.complete(task.get());
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        T result = done.get();
        for (int turn = 0; turn < TURNS; turn++) {
            CompletableFuture<Void> turned = new CompletableFuture<>();
            loops.get(0).executeLater(() -> turned.complete(null));
            turned.get();
        }
        return result;
    }

    Stream<LoopPool> loopPools() {
        return Stream.of(on(0), on(1));
    }
}

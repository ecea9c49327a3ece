package dev.gyre.kit;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnectOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.ConnectException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Users who each keep one connection and send one GET after the other. Whatever is not answered by 200 and
 * the full body counts as failed, with its reason. A connection is given up when the server says so, or
 * closes it while nothing is asked. Given several addresses, the users spread over them, and one who is
 * refused a connection tries the next; it counts as failed when all have refused.
 */
public final class Load implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final HttpClientAgent client = vertx.createHttpClient();
    private final List<HttpConnectOptions> addresses;
    private final CountDownLatch left;
    private final long everyNanos;
    private final String target;
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong connections = new AtomicLong();
    private final AtomicLong slowestNanos = new AtomicLong();
    private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> failures = new ConcurrentSkipListMap<>();
    private volatile boolean stopping;
    private volatile boolean mayBeRefused;

    private Load(List<SocketAddress> servers, int users, int perSecond, String target) {
        this.target = target;
        addresses = servers.stream().map(server -> new HttpConnectOptions().setHost(server.host())
                .setPort(server.port()).setConnectTimeout(10_000)).toList();
        left = new CountDownLatch(users);
        everyNanos = perSecond == 0 ? 0 : 1_000_000_000L * users / perSecond;
        vertx.runOnContext(v -> {
            for (int i = 0; i < users; i++) {
                new User(System.nanoTime() + everyNanos * i / users, i).next();
            }
        });
    }

    /** As many requests as are answered. */
    public static Load of(int port, int users) {
        return of(port, users, 0);
    }

    /** At most so many requests a second, of all users together; fewer when the answers take longer. */
    public static Load of(int port, int users, int perSecond) {
        return of(List.of(SocketAddress.inetSocketAddress(port, "127.0.0.1")), users, perSecond);
    }

    /** The same, to one or more addresses. */
    public static Load of(List<SocketAddress> servers, int users, int perSecond) {
        return new Load(servers, users, perSecond, "/");
    }

    /** At most so many requests a second, for another target than {@code /}. */
    public static Load of(int port, int users, int perSecond, String target) {
        return new Load(List.of(SocketAddress.inetSocketAddress(port, "127.0.0.1")), users, perSecond,
                target);
    }

    public long answered() {
        return answered.get();
    }

    /** How many connections were opened. */
    public long connections() {
        return connections.get();
    }

    public double slowestMillis() {
        return slowestNanos.get() / 1e6;
    }

    /**
     * How long answers took to requests sent within a span of {@link System#nanoTime}: milliseconds, in
     * ascending order.
     */
    public double[] millis(long fromNanos, long toNanos) {
        return answers.stream()
                .filter(answer -> answer.sent() - fromNanos >= 0 && answer.sent() - toNanos < 0)
                .mapToDouble(answer -> answer.nanos() / 1e6).sorted().toArray();
    }

    /** Reasons, and how often each. */
    public Map<String, Integer> failures() {
        return failures;
    }

    /** From now on a user whose connection is refused goes home. */
    public void mayBeRefused() {
        mayBeRefused = true;
    }

    /** Lets every user finish the request under way, and returns when all have gone home. */
    public void stop() throws InterruptedException {
        stopping = true;
        awaitEnd();
    }

    /** Returns when all users have gone home. */
    public void awaitEnd() throws InterruptedException {
        if (!left.await(Await.SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError(left.getCount() + " users still wait for an answer");
        }
    }

    @Override
    public void close() {
        stopping = true;
        vertx.close().await();
    }

    private record Answer(long sent, long nanos) { }

    private final class User {

        private HttpClientConnection connection;
        private long due;
        private long begun;
        private int address;

        User(long due, int address) {
            this.due = due;
            this.address = address;
        }

        void next() {
            if (stopping) {
                goHome();
                return;
            }
            long wait = everyNanos == 0 ? 0 : (due - System.nanoTime()) / 1_000_000;
            due = Math.max(due, System.nanoTime() - everyNanos) + everyNanos;
            if (wait > 0) {
                vertx.setTimer(wait, timer -> connectUnlessStopping());
            } else {
                connect();
            }
        }

        private void connectUnlessStopping() {
            if (stopping) {
                goHome();
            } else {
                connect();
            }
        }

        private void connect() {
            begun = System.nanoTime();
            if (connection != null) {
                send(connection);
            } else {
                connect(addresses.size());
            }
        }

        /** @param chances how many addresses may still be tried, this one among them */
        private void connect(int chances) {
            client.connect(addresses.get(address % addresses.size())).onComplete(opened -> {
                connections.incrementAndGet();
                connection = opened;
                // Reported by the request as well, when there is one.
                opened.exceptionHandler(e -> { });
                opened.closeHandler(v -> {
                    if (connection == opened) {
                        connection = null;
                    }
                });
                send(opened);
            }, e -> {
                if (chances > 1 && e instanceof ConnectException) {
                    address++;
                    connect(chances - 1);
                } else if (mayBeRefused && e instanceof ConnectException) {
                    goHome();
                } else {
                    failed("connect: " + e);
                }
            });
        }

        private void send(HttpClientConnection on) {
            on.request(new RequestOptions().setMethod(HttpMethod.GET).setURI(target))
                    .compose(HttpClientRequest::send)
                    .compose(response -> response.body().map(body -> judge(response, body)))
                    .onComplete(judged -> next(), e -> failed(String.valueOf(e)));
        }

        private Void judge(HttpClientResponse response, Buffer body) {
            if ("close".equalsIgnoreCase(response.getHeader("Connection"))) {
                connection = null;
            }
            if (response.statusCode() == 200) {
                answered.incrementAndGet();
                long nanos = System.nanoTime() - begun;
                slowestNanos.accumulateAndGet(nanos, Math::max);
                answers.add(new Answer(begun, nanos));
            } else {
                count(response.statusCode() + " " + body);
            }
            return null;
        }

        private void failed(String reason) {
            count(reason);
            connection = null;
            // A moment's rest, so that a node that is gone does not make a million failures.
            vertx.setTimer(20, timer -> next());
        }

        private void count(String reason) {
            failures.merge(reason, 1, Integer::sum);
        }

        private void goHome() {
            if (connection != null) {
                connection.close();
            }
            left.countDown();
        }
    }
}

package dev.gyre;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Synthetic clients that send requests like real ones in a loop: small and large answers, with a length and
 * chunked, requests with bodies, pipelined requests, and now and then a new connection. Each thread writes to
 * all of its connections before it reads the answers, like many clients at once.
 */
final class SyntheticTraffic {

    /** Connections of a thread. */
    static final int CLIENTS = 16;
    /** Connections of a thread that may fail before it gives up. */
    private static final int FAILURES = 100;

    private final int port;
    private final LongAdder answered = new LongAdder();
    private final AtomicInteger present;
    private final Promise<Void> ended = Promise.promise();
    private volatile boolean ending;

    private SyntheticTraffic(int port, int threads) {
        this.port = port;
        this.present = new AtomicInteger(threads);
    }

    /** Runs until its end, or until too many requests have failed. */
    static SyntheticTraffic begin(int port, int threads) {
        SyntheticTraffic traffic = new SyntheticTraffic(port, threads);
        for (int i = 0; i < threads; i++) {
            SyntheticBackend.start(traffic::ask, "clients");
        }
        return traffic;
    }

    private void ask() {
        SyntheticConnection[] connections = new SyntheticConnection[CLIENTS];
        try {
            int failures = 0;
            for (int number = 0; !ending && failures < FAILURES; number += CLIENTS) {
                failures += round(connections, number);
            }
        } finally {
            for (SyntheticConnection connection : connections) {
                close(connection);
            }
            if (present.decrementAndGet() == 0) {
                ended.complete();
            }
        }
    }

    /** One request, or a few at once, over each connection; returns how many failed. */
    private int round(SyntheticConnection[] connections, int number) {
        int failures = 0;
        for (int i = 0; i < CLIENTS; i++) {
            try {
                if (connections[i] == null) {
                    connections[i] = new SyntheticConnection(
                            new Socket(InetAddress.getLoopbackAddress(), port));
                }
                connections[i].write(SyntheticKind.number(number + i).request());
            } catch (IOException e) {
                connections[i] = close(connections[i]);
                failures++;
            }
        }
        for (int i = 0; i < CLIENTS; i++) {
            boolean asked = connections[i] != null;
            failures += asked && !read(connections, i, SyntheticKind.number(number + i)) ? 1 : 0;
        }
        return failures;
    }

    private boolean read(SyntheticConnection[] connections, int i, SyntheticKind kind) {
        boolean whole = true;
        try {
            for (int n = 0; n < kind.answers() && whole; n++) {
                whole = connections[i].read(0) >= 0;
                answered.add(whole ? 1 : 0);
            }
        } catch (IOException e) {
            whole = false;
        }
        if (!whole || kind.closes()) {
            connections[i] = close(connections[i]);
        }
        return whole;
    }

    private static SyntheticConnection close(SyntheticConnection connection) {
        if (connection != null) {
            connection.close();
        }
        return null;
    }

    /** Lets every client get the answers it waits for. */
    Future<Void> end() {
        ending = true;
        return ended();
    }

    /** All clients have left. */
    Future<Void> ended() {
        return ended.future();
    }

    /** How many requests so far. */
    long answered() {
        return answered.sum();
    }
}

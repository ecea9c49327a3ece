package dev.gyre.cluster;

import dev.gyre.kit.Admin;
import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.Command;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Somebody who adds one backend after the other at one node, without traffic, and remembers which additions
 * were acknowledged. One that is refused or broken off is not tried again: it may be there or not.
 */
final class Writer implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(200);

    private final Admin admin;
    private final String host;
    private final Set<String> acknowledged = new ConcurrentSkipListSet<>();
    private final Thread thread = new Thread(this::write, "writer");
    private volatile boolean stopping;

    private Writer(ClusterNode node, String host) {
        this.admin = node.admin();
        this.host = host;
        thread.setDaemon(true);
        thread.start();
    }

    /** @param host of all its backends, an address which no other writer adds to */
    static Writer at(ClusterNode node, String host) {
        return new Writer(node, host);
    }

    static JsonObject spare(String verb, String url, Object... more) {
        return Command.backend(verb, url, more).put("service", "spare");
    }

    private void write() {
        for (int port = 1; !stopping; port++) {
            String url = "http://" + host + ":" + port;
            try {
                if (admin.post(spare("add", url)).status() == 200) {
                    acknowledged.add(url);
                }
            } catch (IOException e) {
                // The node has been killed: nobody was told that it is there.
            }
            try {
                Await.pass(PAUSE);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    int count() {
        return acknowledged.size();
    }

    /** Ends the writing, and returns what was acknowledged in all. */
    Set<String> stop() throws InterruptedException {
        stopping = true;
        thread.join();
        return new TreeSet<>(acknowledged);
    }

    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
    }
}

package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Admin;
import dev.gyre.kit.Await;
import dev.gyre.kit.Command;
import dev.gyre.kit.Load;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChangesUnderLoadTest {

    private static final int CHANGES = 200;
    private static final int PER_SECOND = 2000;
    private static final long ALLOWED_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long STILL_IN = Long.MAX_VALUE;

    private final AtomicInteger late = new AtomicInteger();
    private final AtomicInteger longAway = new AtomicInteger();
    private final List<Server> servers = new ArrayList<>();

    @AfterEach
    void close() {
        servers.forEach(server -> server.origin.close());
    }

    /** A backend that knows since when it is to get no request. */
    private final class Server {

        private final Origin origin = Origin.of(exchange -> {
            if (overdue()) {
                late.incrementAndGet();
            }
            exchange.respond(200, "hello");
        }).withoutRecording();
        private volatile long outSince = STILL_IN;
        private boolean added;
        private boolean draining;

        private boolean overdue() {
            long out = outSince;
            return out != STILL_IN && System.nanoTime() - out > ALLOWED_NANOS;
        }

        /** The verb of a change that makes a difference here. */
        String change(Random random, boolean mayLeave) {
            if (!added) {
                return "add";
            }
            return switch (random.nextInt(mayLeave ? 3 : 1)) {
                case 1 -> draining ? "resume" : "drain";
                case 2 -> "remove";
                default -> "weight";
            };
        }

        void before(String verb) {
            // A backend that is added while it drains goes on draining.
            if (verb.equals("add") || verb.equals("resume")) {
                if (overdue()) {
                    longAway.incrementAndGet();
                }
                outSince = STILL_IN;
            }
        }

        void acknowledged(String verb, JsonObject reply) {
            if (verb.equals("remove") || verb.equals("drain")) {
                outSince = outSince == STILL_IN ? System.nanoTime() : outSince;
            }
            added = !verb.equals("remove");
            draining = "draining".equals(reply.getJsonObject("backend").getString("state"));
        }
    }

    @Test
    void twoHundredChangesLoseNoRequestAndTakeEffectAtOnce() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 6; i++) {
            servers.add(new Server());
        }
        Server constant = servers.get(0);
        constant.added = true;
        try (GyreNode node = GyreNode.before(constant.origin);
             Load load = Load.of(node.port(), 60, PER_SECOND)) {
            Await.until("a load", () -> load.answered() > 1000);
            long begun = System.nanoTime();
            long answeredBefore = load.answered();
            Admin admin = new Admin(node.adminPort());
            for (int i = 0; i < CHANGES; i++) {
                Server server = servers.get(random.nextInt(servers.size()));
                String verb = server.change(random, server != constant);
                JsonObject command = Command.backend(verb, server.origin.url());
                if (verb.equals("weight")) {
                    command.put("weight", 1 + random.nextInt(1000));
                }
                server.before(verb);
                server.acknowledged(verb, i % 2 == 0 ? node.command(command) : admin.command(command));
                Await.pass(Duration.ofMillis(50));
            }
            double seconds = (System.nanoTime() - begun) / 1e9;
            double rate = (load.answered() - answeredBefore) / seconds;
            load.stop();
            assertThat(load.failures()).as("failed requests, seed %d", seed).isEmpty();
            assertThat(late).as("requests to backends long gone, seed %d", seed).hasValue(0);
            assertThat(longAway).as("backends away for long enough to tell, seed %d", seed)
                    .hasPositiveValue();
            assertThat(rate).as("requests/s").isGreaterThan(PER_SECOND * 0.6);
        }
    }
}

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

    private static final int ROUNDS = 10;
    /** In each round. */
    private static final int CHANGES = 20;
    /** The backends that are changed at random. */
    private static final int CHANGING = 6;
    private static final int PER_SECOND = 2000;
    /** Longer than a machine that is busy holds up a request on its way. */
    private static final long ALLOWED_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long STILL_IN = Long.MAX_VALUE;

    private final AtomicInteger late = new AtomicInteger();
    private final AtomicInteger longAway = new AtomicInteger();
    private final List<Server> servers = new ArrayList<>();

    @AfterEach
    void close() {
        servers.forEach(server -> server.origin.close());
    }

    private interface Step {
        void run() throws Exception;
    }

    /** Where a command is given. */
    private interface Door {
        JsonObject command(JsonObject command) throws Exception;
    }

    /** How much is answered while this or that goes on. */
    private static final class Rate {

        private final Load load;
        private long nanos;
        private long answers;

        Rate(Load load) {
            this.load = load;
        }

        void during(Step step) throws Exception {
            long begun = System.nanoTime();
            long before = load.answered();
            step.run();
            answers += load.answered() - before;
            nanos += System.nanoTime() - begun;
        }

        double perSecond() {
            return answers * 1e9 / nanos;
        }
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

        void apply(String verb, Door door) throws Exception {
            apply(verb, Command.backend(verb, origin.url()), door);
        }

        void apply(String verb, JsonObject command, Door door) throws Exception {
            before(verb);
            acknowledged(verb, door.command(command));
        }

        private void before(String verb) {
            // A backend that is added while it drains goes on draining.
            if (verb.equals("add") || verb.equals("resume")) {
                if (overdue()) {
                    longAway.incrementAndGet();
                }
                outSince = STILL_IN;
            }
        }

        private void acknowledged(String verb, JsonObject reply) {
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
        for (int i = 0; i < CHANGING; i++) {
            servers.add(new Server());
        }
        Server constant = servers.get(0);
        constant.added = true;
        try (GyreNode node = GyreNode.before(constant.origin);
             Load load = Load.of(node.port(), 60, PER_SECOND)) {
            Await.until("a load", () -> load.answered() > 1000);
            Admin admin = new Admin(node.adminPort());
            Server drained = stays("drain", node::command);
            Server removed = stays("remove", admin::command);
            Rate quiet = new Rate(load);
            Rate changing = new Rate(load);
            // In turns, as a machine is not equally fast all the time.
            for (int round = 0; round < ROUNDS; round++) {
                quiet.during(() -> Await.pass(Duration.ofMillis(300)));
                changing.during(() -> {
                    for (int i = 0; i < CHANGES; i++) {
                        change(random, constant, i % 2 == 0 ? node::command : admin::command);
                        Await.pass(Duration.ofMillis(40));
                    }
                });
            }
            drained.apply("resume", node::command);
            removed.apply("add", admin::command);
            load.stop();
            assertThat(load.failures()).as("failed requests, seed %d", seed).isEmpty();
            assertThat(late).as("requests to backends long gone, seed %d", seed).hasValue(0);
            assertThat(longAway).as("backends away for long enough to tell, seed %d", seed)
                    .hasValueGreaterThanOrEqualTo(2);
            assertThat(changing.perSecond()).as("requests/s, %.0f without changes", quiet.perSecond())
                    .isGreaterThan(quiet.perSecond() / 2);
        }
    }

    /** One that has had requests and stays away from now on, for longer than chance would keep it so. */
    private Server stays(String away, Door door) throws Exception {
        Server server = new Server();
        servers.add(server);
        server.apply("add", door);
        Await.until("requests at the new backend", () -> server.origin.accepted() > 0);
        server.apply(away, door);
        return server;
    }

    private void change(Random random, Server constant, Door door) throws Exception {
        Server server = servers.get(random.nextInt(CHANGING));
        String verb = server.change(random, server != constant);
        JsonObject command = Command.backend(verb, server.origin.url());
        if (verb.equals("weight")) {
            command.put("weight", 1 + random.nextInt(1000));
        }
        server.apply(verb, command, door);
    }
}

package dev.gyre.quota;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.PoolUse;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * Nodes with clocks of their own that run one per cent fast or slow, pools that take whatever they may as
 * soon as they need it, and a network that loses, doubles, delays and reorders. Time is stepped, and the
 * limit is checked at every step.
 */
final class SimulatedCluster {

    private static final long MS = 1_000_000;
    private static final long STEP = 20 * MS;
    private static final BackendId BACKEND = new BackendId("web", new BackendUrl("a", 1));

    /** @param life of the receiver; what is on its way to one ends with it, as its connections do */
    private record Message(long due, int to, int life, int from, String text) {
    }

    /** One node, its process started and killed as one likes. */
    final class Node {

        private final int index;
        private final double rate = 0.99 + random.nextDouble() * 0.02;
        private final long zero = random.nextLong(1L << 50);
        private final List<Long> ends = new ArrayList<>();
        private NodeQuota shares;
        private boolean up;
        private int life;
        private boolean settled;
        private int demand;
        private int limit;
        private long nextReport;

        private Node(int index) {
            this.index = index;
        }

        Node start() {
            starts++;
            up = true;
            life = starts;
            settled = false;
            shares = new NodeQuota(name(), name() + " session " + starts, expected,
                    () -> zero + (long) (now * rate));
            nextReport = now + 500 * MS;
            say();
            return this;
        }

        void kill() {
            up = false;
            limit = 0;
            ends.clear();
        }

        /** Reports out of turn, as a node does when another one is there that does not know of it. */
        void report() {
            say();
        }

        void leave() {
            send(index, shares.farewell());
            kill();
        }

        boolean isUp() {
            return up;
        }

        void demand(int connections) {
            demand = connections;
        }

        int limit() {
            return limit;
        }

        int open() {
            return ends.size();
        }

        private String name() {
            return String.format("n%02d", index);
        }

        private void putInForce() {
            limit = shares.of(BACKEND, max);
        }

        private void say() {
            shares.refresh();
            putInForce();
            QuotaReport report = shares.report(Map.of(BACKEND, new PoolUse(max, limit, open(), demand)));
            borrowed |= !report.line(BACKEND.toString()).held().isEmpty();
            send(index, report);
            lookForWelcome();
            putInForce();
        }

        private void lookForWelcome() {
            long others = nodes.stream().filter(node -> node != this && node.up).count();
            if (!settled && shares.welcomed((int) others)) {
                settled = true;
                shares.settle();
            }
        }

        private void step() {
            ends.removeIf(end -> end <= now);
            while (up && open() < Math.min(limit, demand)) {
                ends.add(now + (20 + random.nextInt(longestMillis - 20)) * MS);
            }
            if (up && now >= nextReport) {
                nextReport += 500 * MS;
                say();
            }
        }

        private void receive(QuotaReport report) {
            if (up) {
                shares.heard(report);
                if (shares.isUnknownTo(report)) {
                    say();
                }
                lookForWelcome();
                putInForce();
            }
        }
    }

    private final Random random;
    private final int expected;
    private final int max;
    private final List<Node> nodes = new ArrayList<>();
    private final PriorityQueue<Message> network =
            new PriorityQueue<>((a, b) -> Long.compare(a.due(), b.due()));
    private int[] side = {};
    private long now;
    private int starts;
    private int longestMillis = 2_500;
    private double loss;
    private int delayMillis = 20;
    private boolean borrowed;

    /** @param expected nodes by every node's config */
    SimulatedCluster(Random random, int size, int expected, int limit) {
        this.random = random;
        this.expected = expected;
        this.max = limit;
        for (int i = 0; i < size; i++) {
            add();
        }
    }

    /** One more node, started, on the side of the first. */
    Node add() {
        Node node = new Node(nodes.size());
        nodes.add(node);
        side = new int[nodes.size()];
        return node.start();
    }

    List<Node> nodes() {
        return nodes;
    }

    int limit() {
        return max;
    }

    void requestsUpTo(int millis) {
        longestMillis = millis;
    }

    /** Only nodes of the same side hear each other; those on their way in between are lost. */
    void cut(int... sides) {
        side = sides;
    }

    void heal() {
        side = new int[nodes.size()];
    }

    void network(double newLoss, int newDelayMillis) {
        loss = newLoss;
        delayMillis = newDelayMillis;
    }

    boolean everBorrowed() {
        return borrowed;
    }

    private void send(int from, QuotaReport report) {
        String text = report.toJson().encode();
        for (Node to : nodes) {
            int copies = random.nextInt(20) == 0 ? 2 : 1;
            for (int i = 0; i < copies; i++) {
                if (to.index != from && random.nextDouble() >= loss) {
                    boolean late = delayMillis > 20 && random.nextInt(10) == 0;
                    long delay = random.nextInt(1 + (late ? 8_000 : delayMillis)) * MS;
                    network.add(new Message(now + delay, to.index, to.life, from, text));
                }
            }
        }
    }

    void advance(long millis) {
        long end = now + millis * MS;
        while (now < end) {
            now += STEP;
            while (!network.isEmpty() && network.peek().due() <= now) {
                Message message = network.poll();
                Node to = nodes.get(message.to());
                if (side[message.from()] == side[message.to()] && message.life() == to.life) {
                    to.receive(QuotaReport.fromJson(
                            new JsonObject(message.text())).orElseThrow());
                }
            }
            int most = 0;
            for (Node node : nodes) {
                node.step();
                most += Math.max(node.limit, node.open());
            }
            if (most > max) {
                throw new AssertionError(most + " of " + max + " open or allowed at " + now / MS + " ms");
            }
        }
    }
}

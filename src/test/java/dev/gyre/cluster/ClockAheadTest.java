package dev.gyre.cluster;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Origin;
import dev.gyre.kit.SteppedClock;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClockAheadTest {

    private static final Duration STEP = Duration.ofMinutes(5);

    @TempDir
    static Path directory;

    private static Origin origin;
    private static ClusterNodes nodes;
    private static SteppedClock clock;
    private static int tests;

    private interface Between {
        void pass(ClusterNodes nodes) throws Exception;
    }

    @BeforeAll
    static void start() throws Exception {
        clock = SteppedClock.in(directory);
        origin = Origin.saying("hello");
        nodes = ClusterNodes.onLoopback(directory, 3, origin);
        // Wide enough that the node's commands are taken.
        nodes.config().getJsonObject("cluster").put("maxClockSkew", "1h");
        nodes.node(2).by(clock);
        nodes.start();
    }

    @AfterAll
    static void close() {
        if (nodes != null) {
            nodes.close();
            origin.close();
        }
    }

    /** Set at the node whose clock has gone ahead once more, then at another: the second is the later one. */
    private void laterElsewhere(Between between) throws Exception {
        tests++;
        clock.ahead(STEP.multipliedBy(tests));
        String url = "http://10.9.0.1:" + tests;
        nodes.node(2).admin().command(Writer.spare("add", url, "weight", 10));
        between.pass(nodes);
        nodes.node(0).admin().command(Writer.spare("add", url, "weight", 20));
        nodes.awaitSameView();
        for (ClusterNode node : nodes.all()) {
            Await.until(() -> "the later weight at " + node, () -> node.backends("spare").get(url)
                    .getInteger("weight") == 20);
        }
    }

    @Test
    void aLaterChangeElsewhereWins() throws Exception {
        laterElsewhere(nodes -> nodes.awaitSameView());
    }

    @Test
    void itWinsEvenWhenItComesAtOnce() throws Exception {
        laterElsewhere(nodes -> { });
    }
}

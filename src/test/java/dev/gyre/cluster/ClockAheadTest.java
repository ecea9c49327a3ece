package dev.gyre.cluster;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Origin;
import dev.gyre.kit.SteppedClock;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClockAheadTest {

    private static final String URL = "http://10.9.0.1:1";

    @TempDir
    Path directory;

    private interface Between {
        void pass(ClusterNodes nodes) throws Exception;
    }

    /** Set at the node whose clock is ahead, then at another: the second is the later one. */
    private void laterElsewhere(Between between) throws Exception {
        SteppedClock clock = SteppedClock.in(directory);
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3, origin)) {
            // Wide enough that the node's commands are taken.
            nodes.config().getJsonObject("cluster").put("maxClockSkew", "1h");
            nodes.node(2).by(clock);
            nodes.start();
            clock.ahead(Duration.ofMinutes(5));
            nodes.node(2).admin().command(Writer.spare("add", URL, "weight", 10));
            between.pass(nodes);
            nodes.node(0).admin().command(Writer.spare("add", URL, "weight", 20));
            nodes.awaitSameView();
            for (ClusterNode node : nodes.all()) {
                Await.until(() -> "the later weight at " + node, () -> node.backends("spare").get(URL)
                        .getInteger("weight") == 20);
            }
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

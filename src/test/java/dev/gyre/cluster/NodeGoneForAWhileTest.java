package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Load;
import dev.gyre.kit.Nightly;
import dev.gyre.kit.Origin;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of one cluster are killed, stopped and stand still, while others have traffic and take commands. */
class NodeGoneForAWhileTest {

    private static final int COMMANDS = 300;
    /** So many are acknowledged when the node is killed. */
    private static final int BEFORE = 60;
    /** Longer than it takes to count it as lost. */
    private static final Duration FROZEN = Duration.ofSeconds(Nightly.orMore(14, 20));

    @TempDir
    static Path directory;

    private static Origin origin;
    private static ClusterNodes nodes;

    @BeforeAll
    static void configure() {
        origin = Origin.saying("hello").withoutRecording();
        nodes = ClusterNodes.onLoopback(directory, 3, origin);
    }

    @BeforeEach
    void start() throws Exception {
        nodes.complete();
    }

    @AfterAll
    static void close() {
        nodes.close();
        origin.close();
    }

    @Test
    void aKilledNodeTakesNothingAcknowledgedAndNoOthersRequestWithIt() throws Exception {
        Set<String> acknowledged = new TreeSet<>();
        for (ClusterNode victim : nodes.all()) {
            acknowledged.addAll(killUnderLoad(victim));
            nodes.awaitSameView();
            for (ClusterNode node : nodes.all()) {
                if (node != victim) {
                    assertThat(node.backends("spare").keySet()).as("at %s without %s", node, victim)
                            .containsAll(acknowledged);
                }
            }
            nodes.restart(victim);
            nodes.awaitSameView();
            assertThat(victim.backends("spare").keySet()).containsAll(acknowledged);
        }
    }

    /** Returns what was acknowledged, by the victim up to its death and by the others before and after. */
    private static Set<String> killUnderLoad(ClusterNode victim) throws Exception {
        List<Writer> writers = new ArrayList<>();
        List<Load> survivors = new ArrayList<>();
        int round = nodes.all().indexOf(victim);
        for (ClusterNode node : nodes.all()) {
            writers.add(Writer.at(node, "10.7." + round + "." + writers.size()));
            if (node != victim) {
                survivors.add(node.load(8, 100));
            }
        }
        try (Load own = victim.load(8, 100)) {
            Await.until("a load", () -> own.answered() > 100);
            for (Writer writer : writers) {
                Await.until("changes at every node", () -> writer.count() > 5);
            }
            victim.kill();
            for (ClusterNode node : nodes.all()) {
                if (node != victim) {
                    ClusterNodes.awaitSize(node, 2);
                }
            }
        }
        Set<String> acknowledged = new TreeSet<>();
        for (Writer writer : writers) {
            acknowledged.addAll(writer.stop());
        }
        for (Load load : survivors) {
            Await.until("traffic", () -> load.answered() > 200);
            load.stop();
            assertThat(load.failures()).as("failed at survivors of %s", victim).isEmpty();
            load.close();
        }
        return acknowledged;
    }

    /** Killed while hundreds of commands are under way at all nodes. */
    @Test
    void everyCommandThatWasAcknowledgedIsThereAfterItsRestart() throws Exception {
        Set<String> acknowledged = new ConcurrentSkipListSet<>();
        ExecutorService clients = Executors.newFixedThreadPool(100);
        for (int i = 0; i < COMMANDS; i++) {
            ClusterNode node = nodes.node(i % 3);
            String url = "http://10.9.2." + i % 250 + ":" + (1 + i / 250);
            clients.execute(() -> add(node, url, acknowledged));
        }
        Await.until("some", () -> acknowledged.size() >= BEFORE);
        nodes.node(2).kill();
        clients.shutdown();
        assertThat(clients.awaitTermination(Await.SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(acknowledged.size()).as("acknowledged").isGreaterThan(BEFORE);
        for (ClusterNode node : nodes.all().subList(0, 2)) {
            // What another node has acknowledged comes a moment later.
            Await.until("all at " + node,
                    () -> node.backends("spare").keySet().containsAll(acknowledged));
        }
        nodes.restart(nodes.node(2));
        nodes.awaitSameView();
        for (ClusterNode node : nodes.all()) {
            assertThat(node.backends("spare").keySet()).as("at %s", node).containsAll(acknowledged);
        }
    }

    private static void add(ClusterNode node, String url, Set<String> acknowledged) {
        try {
            if (node.admin().post(Writer.spare("add", url)).status() == 200) {
                acknowledged.add(url);
            }
        } catch (IOException e) {
            // The node was killed before it answered: nobody was told that it is there.
        }
    }

    @Test
    void oneNodeAfterTheOtherIsStartedAgainAndLosesNoRequestAndNoChange() throws Exception {
        try (Load load = Load.of(nodes.all().stream().map(ClusterNode::listener).toList(), 30, 300)) {
            Await.until("a load", () -> load.answered() > 300);
            for (ClusterNode node : nodes.all()) {
                Writer writer = Writer.at(node, "10.8.0." + nodes.all().indexOf(node));
                Await.until("changes", () -> writer.count() > 5);
                node.stop();
                Set<String> acknowledged = writer.stop();
                nodes.restart(node);
                nodes.awaitSameView();
                assertThat(node.backends("spare").keySet()).containsAll(acknowledged);
            }
            load.stop();
            assertThat(load.failures()).as("failed of %d requests", load.answered()).isEmpty();
        }
    }

    @Test
    void aNodeThatStoodStillCatchesUpAndNobodyWaitsForIt() throws Exception {
        try (Load one = nodes.node(0).load(8, 100); Load other = nodes.node(1).load(8, 100)) {
            ClusterNode frozen = nodes.node(2);
            Writer writer = Writer.at(nodes.node(0), "10.9.0.7");
            Await.until("changes", () -> writer.count() > 5);
            frozen.freeze();
            // The time it stands still is what the test is about.
            Await.pass(FROZEN);
            Set<String> acknowledged = writer.stop();
            frozen.thaw();
            Await.until("all that was acknowledged, at the node that was frozen",
                    () -> frozen.backends("spare").keySet().containsAll(acknowledged));
            nodes.awaitTogether();
            nodes.awaitSameView();
            Await.until("traffic", () -> Math.min(one.answered(), other.answered()) > 1_000);
            one.stop();
            other.stop();
            assertThat(one.failures()).isEmpty();
            assertThat(other.failures()).isEmpty();
        }
    }
}

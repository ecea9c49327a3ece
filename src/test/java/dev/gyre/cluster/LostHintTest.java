package dev.gyre.cluster;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.get;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.registry.BackendCommand;
import dev.gyre.registry.Node;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxTest;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a node has not heard of, it gets from another by asking for what differs, removals included. */
@VertxTest
class LostHintTest {

    private Vertx bus;
    private Node one;
    private Node other;
    private AntiEntropy asking;

    @BeforeEach
    void start(Vertx vertx) throws Exception {
        bus = vertx;
        one = Node.inMemory(web(A, B));
        other = Node.inMemory(web(A, B));
        get(other.registry.merge(one.registry.entries().all()));
        get(one.registry.merge(other.registry.entries().all()));
        assertThat(other.registry.entries().digest()).isEqualTo(one.registry.entries().digest());
        MessageAuthenticator authenticator = new MessageAuthenticator(Optional.of("secret"), "gyre");
        asking = repairs(one, authenticator);
        get(repairs(other, authenticator).listen());
    }

    private AntiEntropy repairs(Node node, MessageAuthenticator authenticator) {
        return new AntiEntropy(bus, node.registry, authenticator, new RefusedMessages(System::nanoTime),
                node.registry.nodeId(), () -> { });
    }

    @AfterEach
    void stop() throws Exception {
        one.close();
        other.close();
    }

    private void repaired() throws Exception {
        assertThat(one.registry.entries().digest()).isNotEqualTo(other.registry.entries().digest());
        get(asking.repairFrom(other.registry.nodeId()));
        assertThat(one.registry.entries().digest()).isEqualTo(other.registry.entries().digest());
        assertThat(one.registry.topology()).isEqualTo(other.registry.topology());
    }

    @Test
    void aChange() throws Exception {
        other.apply(new BackendCommand.Weight("web", A, 7));
        repaired();
    }

    @Test
    void aRemovalOfWhatConfigDeclares() throws Exception {
        other.apply(new BackendCommand.Remove("web", A));
        repaired();
    }

    @Test
    void aRemovalThatLeavesNothingButItsMark() throws Exception {
        other.apply(new BackendCommand.Add("web", Node.C, Optional.empty()));
        get(one.registry.merge(other.registry.entries().all()));
        other.apply(new BackendCommand.Remove("web", Node.C));
        repaired();
        assertThat(one.backend("web", Node.C)).isEmpty();
    }

    @Test
    void theEndOfADrain() throws Exception {
        other.apply(new BackendCommand.Drain("web", B, Optional.empty()));
        get(one.registry.merge(List.copyOf(other.registry.entries().all())));
        other.apply(new BackendCommand.Resume("web", B));
        repaired();
    }
}

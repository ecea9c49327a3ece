package dev.gyre.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Topology;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;

/** A registry between a store and a replica that a test bends; may be opened again on the same store. */
final class LonelyRegistry implements AutoCloseable {

    final BentStore store;
    final BentReplica replica = new BentReplica();
    final StepClock clock;
    final Registry registry;
    private final Vertx vertx = Vertx.vertx();

    private LonelyRegistry(BentStore store, Topology declared, boolean shared, StepClock clock)
            throws Exception {
        this.store = store;
        this.clock = clock;
        registry = Node.get(Registry.open(vertx, () -> store, RegistrySettings.of(Optional.empty(), "node-a"),
                new Declaration(declared, shared), clock));
        registry.replicate(replica);
    }

    static LonelyRegistry of(Topology declared) throws Exception {
        return on(new BentStore(7), declared, new StepClock());
    }

    static LonelyRegistry on(BentStore store, Topology declared, StepClock clock) throws Exception {
        return new LonelyRegistry(store, declared, false, clock);
    }

    static LonelyRegistry inCluster(BentStore store, Topology declared, StepClock clock) throws Exception {
        return new LonelyRegistry(store, declared, true, clock);
    }

    /** Two of one cluster, which have heard all of each other so far. */
    static List<LonelyRegistry> pair(Topology declared, StepClock clock) throws Exception {
        LonelyRegistry one = inCluster(new BentStore(1), declared, clock);
        LonelyRegistry other = inCluster(new BentStore(2), declared, new StepClock(clock));
        meet(one, other);
        return List.of(one, other);
    }

    static void meet(LonelyRegistry one, LonelyRegistry other) throws Exception {
        one.hear(other);
        other.hear(one);
        assertThat(one.registry.entries()).isEqualTo(other.registry.entries());
    }

    CommandResult apply(Command command) throws Exception {
        return Node.get(registry.apply(command, Node.AUTHOR));
    }

    CommandResult apply(Command command, Author author) throws Exception {
        return Node.get(registry.apply(command, author));
    }

    /** As another node would pass it on. */
    void hear(Entry... entries) throws Exception {
        Node.get(registry.merge(List.of(entries)));
    }

    void hear(LonelyRegistry other) throws Exception {
        Node.get(registry.merge(other.registry.entries().all()));
    }

    Optional<Backend> backend(BackendUrl url) {
        return registry.topology().services().get("web").backends().stream()
                .filter(backend -> backend.url().equals(url)).findFirst();
    }

    int weight(BackendUrl url) {
        return backend(url).orElseThrow().weight();
    }

    String latest() {
        return registry.history().changes().findFirst().orElseThrow().what();
    }

    @Override
    public void close() throws Exception {
        Node.get(registry.close());
        Node.get(vertx.close());
    }
}

package dev.gyre.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Registries of several nodes without anything around them: clocks that are wrong, messages that are lost,
 * doubled and late, a shared map that is divided and joined again, disks, and no time but that which is
 * stepped. What each node wrote goes into a {@link DecisionModel}; whatever must hold at every step is
 * looked at there.
 */
final class SimulatedRegistries {

    private static final Instant BEGIN = Instant.parse("2026-03-01T12:00:00Z");
    static final Author ALICE = Author.operator(Optional.of("alice"), "via bus");
    private static final Stamp NO_HORIZON = Stamp.ZERO;

    final DecisionModel model = new DecisionModel();
    private final List<Node> nodes = new ArrayList<>();
    private final SimulatedNetwork network;
    private Instant time = BEGIN;
    private boolean lost;
    private boolean wrongClocks;

    SimulatedRegistries(int size) {
        network = new SimulatedNetwork(size);
        for (int i = 0; i < size; i++) {
            nodes.add(new Node(i));
            nodes.get(i).start(0);
        }
        nodes.forEach(Node::compare);
    }

    Node node(int number) {
        return nodes.get(Math.floorMod(number, nodes.size()));
    }

    /** One process after the other on one disk. */
    final class Node {

        private final long id;
        private final int index;
        private final List<Entries> disk = new ArrayList<>(List.of(Entries.empty()));
        private Optional<String> declared = Optional.empty();
        private Duration ahead = Duration.ZERO;
        private HybridClock stamps;
        private RegistryState state;

        private Node(int index) {
            this.index = index;
            this.id = index + 1;
        }

        RegistryState state() {
            return state;
        }

        private Instant wall() {
            return time.plus(ahead);
        }

        /** By the clock of the cluster, which no single clock rules. */
        private Instant now() {
            List<Instant> clocks = nodes.stream().filter(node -> network.together(node.index, index))
                    .map(Node::wall).sorted()
                    .toList();
            return clocks.isEmpty() ? wall() : clocks.get(clocks.size() / 2);
        }

        void start(int config) {
            Entries kept = disk.get(disk.size() - 1);
            stamps = new HybridClock(this::wall, id, RegistrySettings.MAX_CLOCK_SKEW);
            stamps.seen(kept.highest());
            state = RegistryState.of(kept, now());
            Declaration declaration = new Declaration(SimulatedCommands.config(config), true);
            declaration.stamp(kept, declared, stamps, id).ifPresent(stamp ->
                    decide(new Declare(declaration.declared(), false), Author.CONFIG, stamp));
            declared = Optional.of(declaration.name());
        }

        /** @param back so many changes of the disk are gone */
        void restart(int config, int back) {
            int wanted = Math.max(0, disk.size() - 1 - back);
            if (back > 0 && kept(elsewhere(), state.entries().all())) {
                disk.subList(wanted + 1, disk.size()).clear();
                lost = true;
            }
            start(config);
            compare();
        }

        /** On other disks; what only the map has may be gone when sides meet. */
        private Collection<Entry> elsewhere() {
            Map<Key, Entry> all = new HashMap<>();
            nodes.stream().filter(node -> node != this && network.together(node.index, index)).flatMap(node ->
                    node.state.entries().all().stream()).forEach(entry ->
                    all.merge(entry.key(), entry, Entry::merge));
            return all.values();
        }

        private boolean kept(Collection<Entry> by, Collection<Entry> entries) {
            Entries there = Entries.of(by);
            return entries.stream().noneMatch(there::precedes);
        }

        void jump(Duration by) {
            ahead = ahead.plus(by);
            wrongClocks = true;
            follow();
        }

        private void follow() {
            become(state.at(now()));
        }

        /** Whatever comes of it is what would come of reading all entries anew, and no more was made anew. */
        private void become(RegistryState next) {
            RegistryState before = state;
            state = next;
            Following.check(before, next, !wrongClocks);
            if (disk.get(disk.size() - 1) != next.entries()) {
                disk.add(next.entries());
            }
        }

        /**
         * @param inOrder given after all that was acknowledged on this side has come here; else at the same
         * time
         */
        void command(Command command, Author author, boolean inOrder, boolean reaches) {
            if (inOrder) {
                pull();
            }
            List<Entry> written = decide(command, author, stamps.next());
            if (written.isEmpty()) {
                return;
            }
            Effect.check(command, state);
            if (reaches) {
                push(written);
                written.forEach(model::acknowledged);
                if (inOrder) {
                    written.forEach(entry -> assertThat(map().get(entry.key()).registers())
                            .as("given later, so it counts: %s", command).containsAll(entry.registers()));
                }
            }
            RegistryState once = state;
            decide(command, author, stamps.next());
            // History is in the order of the clocks, and so is what it says of an earlier version.
            if (!(command instanceof Rollback && wrongClocks)) {
                assertThat(state.entries().all()).as("given again, changes nothing: %s", command)
                        .containsExactlyElementsOf(once.entries().all());
            }
        }

        private List<Entry> decide(Command command, Author author, Stamp stamp) {
            CommandBatch group = new CommandBatch(state.at(now()), "node-" + index);
            RegistryState before = state;
            List<Entry> meant = Effect.meant(command, group.state(), stamp);
            group.add(new CommandBatch.Pending(command, author, null, Promise.promise()), stamp);
            become(group.state());
            List<Entry> written = group.own().stream().flatMap(key -> news(key, before).stream()).toList();
            if (!command.automatic()) {
                meant.forEach(entry -> Effect.holds(entry, state));
                Effect.concerns(command, before).ifPresent(fields -> written.stream()
                        .filter(entry -> !entry.key().isChange()).flatMap(entry -> entry.registers().stream())
                        .forEach(register -> assertThat(fields).as("fields that %s concerns", command)
                                .contains(register.name())));
            }
            written.forEach(entry -> {
                if (!command.automatic()) {
                    model.decided(entry);
                } else if (!entry.key().isChange()) {
                    model.concluded(entry, command instanceof DeadlineCommand);
                } else {
                    model.recorded(entry);
                }
            });
            return written;
        }

        private Optional<Entry> news(Key key, RegistryState before) {
            List<Register> news = new ArrayList<>(state.entries().entry(key).orElseThrow().registers());
            before.entries().entry(key).ifPresent(old -> news.removeAll(old.registers()));
            return news.isEmpty() ? Optional.empty() : Optional.of(Entry.of(key, news));
        }

        /**
         * Whatever ends by itself, or a backend that is judged to have gone: at this node, whatever it has
         * heard.
         */
        void conclude(int kind, int subject, boolean reaches) {
            follow();
            SimulatedCommands.conclusion(kind, subject, state).ifPresent(command -> {
                List<Entry> written = decide(command, Author.LEASE, stamps.next());
                if (reaches) {
                    push(written);
                }
            });
        }

        void fromTheFuture(int number) {
            Stamp stamp = stamps.next();
            Entry entry = SimulatedCommands.ofTheFuture(number, stamp);
            if (!state.entries().precedes(entry)) {
                return;
            }
            model.decided(entry);
            become(state.with(List.of(entry)));
            push(List.of(entry));
            model.acknowledged(entry);
        }

        private Map<Key, Entry> map() {
            return network.map(index);
        }

        /** Into the shared map and on its way to the others, as whole entries. */
        private void push(List<Entry> written) {
            List<Entry> whole = written.stream().map(entry ->
                    state.entries().entry(entry.key()).orElseThrow()).toList();
            network.keep(index, whole);
            network.tell(index, whole);
        }

        private void pull() {
            hear(map().values());
        }

        private void hear(Collection<Entry> entries) {
            entries.forEach(entry -> entry.registers().forEach(register -> stamps.seen(register.stamp())));
            CommandBatch group = new CommandBatch(state.at(now()), "node-" + index);
            group.add(new CommandBatch.Pending(new MergeRemote(entries, NO_HORIZON), Author.OTHER_NODES, null,
                    Promise.promise()), stamps.next());
            become(group.state());
        }

        void compare() {
            pull();
            network.keep(index, state.entries().all());
        }
    }

    void pass(Duration by) {
        time = time.plus(by);
        for (Node node : nodes) {
            RegistryState before = node.state;
            node.follow();
            Following.same(node.state.at(before.now()), before, !wrongClocks);
        }
    }

    void deliver(int number, boolean again) {
        if (network.underWay() > 0) {
            SimulatedNetwork.Hint hint = network.take(number, again);
            nodes.get(hint.to()).hear(hint.entries());
        }
    }

    void lose(int number) {
        if (network.underWay() > 0) {
            network.take(number, false);
        }
    }

    /** @param sides a bit for each node */
    void divide(int sides) {
        network.divide(sides);
        nodes.forEach(Node::follow);
    }

    /** All are together, all that is under way arrives, and each compares what it has with the map, twice. */
    void settle() {
        divide(0);
        while (network.underWay() > 0) {
            deliver(network.underWay() - 1, false);
        }
        nodes.forEach(Node::compare);
        nodes.forEach(Node::compare);
        Entries all = nodes.get(0).state.entries();
        for (Node node : nodes) {
            assertThat(node.state.entries()).isEqualTo(all);
            assertThat(node.state.entries().version()).isEqualTo(all.version());
            assertThat(node.state.entries().digest()).isEqualTo(all.digest());
            Following.same(node.state, nodes.get(0).state, !wrongClocks);
        }
        assertThat(network.map(0).values()).containsExactlyElementsOf(all.all());
        model.check(all.all(), lost);
        DecisionModel.checkTopology(all.all(), nodes.get(0).state.topology(), nodes.get(0).state.now());
    }
}

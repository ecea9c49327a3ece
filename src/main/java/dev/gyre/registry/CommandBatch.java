package dev.gyre.registry;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands that share one write. Each is checked against the state after the commands before it, so all are
 * answered after the write.
 */
final class CommandBatch {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.registry");

    private final RegistryState before;
    private final String node;
    private RegistryState state;
    private final List<Judged> judged = new ArrayList<>();
    /** Keys of all changed entries. */
    private final Set<Key> changed = new LinkedHashSet<>();
    /** Keys of the entries that this node itself changed. */
    private final Set<Key> own = new LinkedHashSet<>();

    /** @param context the caller's, on which it gets its answer */
    record Pending(Command command, Author author, Context context, Promise<CommandResult> reply) {

        void fail(Throwable failure) {
            context.runOnContext(v -> reply.tryFail(failure));
        }
    }

    /**
     * @param refusal   empty when it can be carried out
     * @param tentative checked against changes that are not written yet
     */
    private record Judged(Pending pending, boolean changed, String what, Optional<Exception> refusal,
            boolean tentative) {
    }

    /** @param node the name of this node */
    CommandBatch(RegistryState before, String node) {
        this.before = before;
        this.node = node;
        this.state = before;
    }

    /** The state after all changes so far; without changes, the same instance as at the beginning. */
    RegistryState state() {
        return state;
    }

    void add(Pending pending, Stamp stamp) {
        boolean tentative = state != before;
        try {
            Change change = pending.command().on(state, stamp);
            RegistryState next = pending.command().automatic() ? concluded(pending, change)
                    : decided(pending, change, stamp);
            boolean changes = next != state;
            state = next;
            judged.add(new Judged(pending, changes, change.what(), Optional.empty(), tentative || changes));
        } catch (CommandRefused e) {
            judged.add(new Judged(pending, false, "", Optional.of(e), tentative));
        } catch (RuntimeException e) {
            LOG.error("command failed command={}", pending.command(), e);
            judged.add(new Judged(pending, false, "", Optional.of(new CommandRefused(500,
                    "the command failed inside the node; its log says why")), tentative));
        }
    }

    private RegistryState decided(Pending pending, Change change, Stamp stamp) {
        return recorded(pending, new Change(state.restamped(change.entries(), stamp), change.what()),
                stamp);
    }

    /** An automatic end counts only over the decision that it follows from. */
    private RegistryState concluded(Pending pending, Change change) {
        if (pending.command() instanceof MergeRemote) {
            // The records of these changes are among them.
            change.entries().forEach(entry -> changed.add(entry.key()));
            return state.with(change.entries());
        }
        return change.entries().isEmpty() ? state : recorded(pending, change, change.entries().stream()
                .map(Entry::stamp).max(Comparator.naturalOrder()).orElseThrow());
    }

    private RegistryState recorded(Pending pending, Change change, Stamp stamp) {
        RegistryState next = ChangeRecord.applied(state, change, stamp, pending.author(), node);
        if (next != state) {
            List<Key> keys = new ArrayList<>(change.entries().stream().map(Entry::key).toList());
            keys.add(Key.change(pending.author().layer(), stamp));
            changed.addAll(keys);
            own.addAll(keys);
        }
        return next;
    }

    /**
     * Changes that take effect even if the disk fails: other nodes hold them already, and no caller waits.
     */
    List<Pending> automatic() {
        return judged.stream().map(Judged::pending).filter(one -> one.command().automatic()).toList();
    }

    boolean allAutomatic() {
        return judged.stream().allMatch(one -> one.pending().command().automatic());
    }

    Set<Key> changed() {
        return changed;
    }

    Set<Key> own() {
        return own;
    }

    /** All is written. */
    void answer() {
        log();
        judged.forEach(this::answer);
    }

    /** Automatic changes need no confirmation, and other commands may wait for them. */
    void answerAutomatic() {
        judged.stream().filter(one -> one.pending().command().automatic()).forEach(this::answer);
    }

    private void log() {
        String version = state.topology().version();
        judged.stream().filter(Judged::changed)
                .forEach(one -> LOG.info("{} [{}] (version {})", one.what(), one.pending().author().text(),
                        version));
    }

    private void answer(Judged one) {
        String version = state.topology().version();
        one.refusal().ifPresentOrElse(one.pending()::fail, () -> succeed(one, version));
    }

    private static void succeed(Judged one, String version) {
        one.pending().context().runOnContext(context -> one.pending().reply()
                .tryComplete(new CommandResult(version, one.changed(), one.what())));
    }

    /**
     * Moves the automatic changes to another group; the rest is not written.
     *
     * @return the rest of this group: commands that change nothing
     */
    CommandBatch refuseDecided(String reason) {
        CommandBatch rest = new CommandBatch(before, node);
        for (Judged one : judged) {
            if (one.pending().command().automatic()) {
                continue;
            }
            if (one.tentative()) {
                one.pending().fail(new CommandRefused(503, reason));
            } else if (one.refusal().isPresent()) {
                one.pending().fail(one.refusal().get());
            } else {
                rest.judged.add(one);
            }
        }
        return rest;
    }

    /** All is written here, but the replica has not confirmed it, or has not confirmed earlier commands. */
    void unconfirmed(String reason) {
        log();
        for (Judged one : judged) {
            if (one.refusal().isPresent() || one.pending().command().automatic()) {
                answer(one);
            } else {
                one.pending().fail(new CommandRefused(503, reason));
            }
        }
    }
}

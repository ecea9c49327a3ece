package dev.gyre.registry;

import io.vertx.core.Context;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands that share one write. Each is judged by what those before it in the group would leave, so nobody
 * is answered before it is known whether the write came off.
 */
final class Group {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.registry");

    private final State before;
    private final String node;
    private State state;
    private final List<Judged> judged = new ArrayList<>();
    private final List<Entry> own = new ArrayList<>();

    /** @param context the caller's, on which it gets its answer */
    record Pending(Command command, Author author, Context context, Promise<Applied> reply) { }

    /**
     * @param refusal  empty when it can be carried out
     * @param tentative judged by changes that are not written yet
     */
    private record Judged(Pending pending, boolean changed, String what, Optional<Exception> refusal,
                          boolean tentative) {
    }

    /** @param node the name of this node */
    Group(State before, String node) {
        this.before = before;
        this.node = node;
        this.state = before;
    }

    /** All changes so far; the very state this group began with when there are none. */
    State state() {
        return state;
    }

    void add(Pending pending, Stamp stamp, Instant now) {
        boolean tentative = state != before;
        try {
            Command.Change change = pending.command().on(state, stamp, now);
            boolean changed = !change.entries().isEmpty();
            if (pending.command() instanceof Adopt) {
                // The records of these changes are among them.
                state = state.with(change.entries());
            } else {
                state = state.changed(change, stamp, pending.author(), node);
                own.addAll(change.entries());
                state.entries().entry(Key.change(pending.author().layer(), stamp)).ifPresent(own::add);
            }
            judged.add(new Judged(pending, changed, change.what(), Optional.empty(), tentative || changed));
        } catch (CommandRefused e) {
            judged.add(new Judged(pending, false, "", Optional.of(e), tentative));
        } catch (RuntimeException e) {
            LOG.error("{} failed", pending.command(), e);
            judged.add(new Judged(pending, false, "", Optional.of(e), tentative));
        }
    }

    /** Nobody waits for a change of this node's own. */
    boolean onlyAdopts() {
        return judged.stream().allMatch(one -> one.pending().command() instanceof Adopt);
    }

    /** The changes that began on this node. */
    List<Entry> own() {
        return own;
    }

    /** All is written. */
    void answer() {
        String version = state.topology().version();
        judged.stream().filter(Judged::changed)
                .forEach(one -> LOG.info("{} [{}] (version {})", one.what(), one.pending().author().text(),
                        version));
        judged.forEach(this::answer);
    }

    private void answer(Judged one) {
        String version = state.topology().version();
        one.refusal().ifPresentOrElse(refusal -> fail(one, refusal),
                () -> one.pending().context().runOnContext(context -> one.pending().reply()
                        .complete(new Applied(version, one.changed(), one.what()))));
    }

    /** Nothing is written: only what was judged before the first change still holds. */
    void refuse(String reason) {
        String version = before.topology().version();
        for (Judged one : judged) {
            if (one.tentative()) {
                fail(one, new CommandRefused(503, reason));
            } else if (one.refusal().isPresent()) {
                fail(one, one.refusal().get());
            } else {
                one.pending().context().runOnContext(context -> one.pending().reply()
                        .complete(new Applied(version, false, one.what())));
            }
        }
    }

    /** All is written here, but the replica has not confirmed it, nor what earlier commands left with it. */
    void unconfirmed(String reason) {
        for (Judged one : judged) {
            boolean adopted = one.pending().command() instanceof Adopt;
            if (one.refusal().isPresent()) {
                fail(one, one.refusal().get());
            } else if (!adopted) {
                fail(one, new CommandRefused(503, reason));
            }
        }
        judged.stream().filter(one -> one.pending().command() instanceof Adopt).forEach(this::answer);
    }

    private static void fail(Judged one, Exception failure) {
        one.pending().context().runOnContext(context -> one.pending().reply().fail(failure));
    }
}

package dev.gyre.registry;

import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Commands on their way to the writer, in the order of their coming. Those that somebody decided first wait
 * until this node has caught up with what was acknowledged at others before they came; what follows by itself
 * and what others have written need not. Those that come while the writer is busy share its next write.
 * Whatever fails on the way fails those commands and none that come later. Thread-safe.
 */
final class CommandQueue {

    private static final CommandRefused FAILED = new CommandRefused(503, "the node failed at it: whether it"
            + " took effect \"history\" tells, asking again settles it");
    private static final CommandRefused STOPPING = new CommandRefused(503, "the node is stopping");

    private final WorkerExecutor writer;
    private final Supplier<Replica> replica;
    private final Consumer<List<CommandBatch.Pending>> write;
    private final BiConsumer<String, Throwable> fault;
    private List<CommandBatch.Pending> arriving = new ArrayList<>();
    private boolean catchingUp;
    private List<CommandBatch.Pending> waiting = new ArrayList<>();
    private boolean writing;
    private boolean closed;

    /**
     * @param writer of one thread
     * @param write  called there with the commands that share a write
     * @param fault  told what failed, and why
     */
    CommandQueue(WorkerExecutor writer, Supplier<Replica> replica, Consumer<List<CommandBatch.Pending>> write,
                 BiConsumer<String, Throwable> fault) {
        this.writer = writer;
        this.replica = replica;
        this.write = write;
        this.fault = fault;
    }

    /** False when nothing is taken any more. */
    boolean add(CommandBatch.Pending pending) {
        synchronized (this) {
            if (closed) {
                return false;
            }
            if (pending.command().automatic()) {
                enqueue(List.of(pending));
                return true;
            }
            arriving.add(pending);
        }
        catchUp();
        return true;
    }

    /** Refuses what comes from now on; false when it does already. */
    synchronized boolean close() {
        boolean first = !closed;
        closed = true;
        return first;
    }

    /** One round at a time; what comes meanwhile is judged after the next. The replica is asked unlocked. */
    private void catchUp() {
        List<CommandBatch.Pending> round;
        synchronized (this) {
            if (catchingUp || arriving.isEmpty()) {
                return;
            }
            catchingUp = true;
            round = arriving;
            arriving = new ArrayList<>();
        }
        Future<Void> caughtUp;
        try {
            caughtUp = replica.get().catchUp();
        } catch (Throwable e) {
            fault.accept("catching up failed", e);
            caughtUp = Future.failedFuture(e);
        }
        caughtUp.onComplete(done -> {
            synchronized (this) {
                catchingUp = false;
                if (closed) {
                    round.forEach(one -> one.fail(STOPPING));
                } else if (done.failed()) {
                    round.forEach(one -> one.fail(new CommandRefused(503,
                            "what others have changed cannot be told now: " + done.cause().getMessage()
                                    + "; nothing is changed, ask again")));
                } else {
                    enqueue(round);
                }
            }
            catchUp();
        });
    }

    private synchronized void enqueue(List<CommandBatch.Pending> pending) {
        waiting.addAll(pending);
        if (!writing) {
            writing = true;
            writer.executeBlocking(this::writeAll);
        }
    }

    private Void writeAll() {
        List<CommandBatch.Pending> group = List.of();
        while (true) {
            try {
                group = next();
                if (group.isEmpty()) {
                    return null;
                }
                write.accept(group);
            } catch (Throwable e) {
                refuse(group, e);
            }
        }
    }

    private void refuse(List<CommandBatch.Pending> group, Throwable failure) {
        CommandRefused refusal = FAILED;
        try {
            fault.accept("commands refused", failure);
            refusal = new CommandRefused(503, "the node failed at it: " + failure + "; whether it took effect"
                    + " \"history\" tells, asking again settles it");
        } catch (Throwable e) {
            // Not even the words for it can be had, as may be without memory; what comes next may.
            refusal = FAILED;
        }
        for (CommandBatch.Pending one : group) {
            one.fail(refusal);
        }
    }

    private synchronized List<CommandBatch.Pending> next() {
        if (waiting.isEmpty()) {
            writing = false;
            return List.of();
        }
        List<CommandBatch.Pending> group = waiting;
        waiting = new ArrayList<>();
        return group;
    }
}

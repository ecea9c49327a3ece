package dev.gyre.registry;

import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Commands on their way to the writer, in the order of their arrival. Commands of people first wait until
 * this node has caught up with everything that other nodes acknowledged before; automatic changes and changes
 * from other nodes do not wait. Commands that arrive while the writer is busy share its next write. A failure
 * fails the commands of one write and none that arrive later. Thread-safe.
 */
final class CommandQueue {

    private static final CommandRefused FAILED = new CommandRefused(503, "the node failed to"
            + " carry it out; \"history\" shows whether it took effect, repeating it makes sure");
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
     * @param write  called on that thread with the commands that share a write
     * @param fault  called with what failed, and why
     */
    CommandQueue(WorkerExecutor writer, Supplier<Replica> replica, Consumer<List<CommandBatch.Pending>> write,
            BiConsumer<String, Throwable> fault) {
        this.writer = writer;
        this.replica = replica;
        this.write = write;
        this.fault = fault;
    }

    /** False if the queue is closed. */
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

    /** Refuses all commands from now on; false if it did before. */
    synchronized boolean close() {
        boolean first = !closed;
        closed = true;
        return first;
    }

    /** One round at a time; later arrivals wait for the next. The replica is asked without the lock. */
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
                            "the other nodes' changes are unknown now: " + done.cause().getMessage()
                                    + "; nothing is changed, repeat the command")));
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
            refusal = new CommandRefused(503, "the node failed to carry it out: " + failure
                    + "; \"history\" shows whether it took effect, repeating it makes sure");
        } catch (Throwable e) {
            // The error text could not be made, e.g. for lack of memory; the next command may succeed.
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

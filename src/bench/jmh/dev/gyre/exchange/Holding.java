package dev.gyre.exchange;

import dev.gyre.model.Failure;
import dev.gyre.model.Outcome;
import dev.gyre.upstream.BackendStream;
import dev.gyre.upstream.Lease;
import dev.gyre.upstream.LeaseHolder;
import dev.gyre.upstream.LoopPool;
import java.util.concurrent.CompletableFuture;

/** A request reduced to its hold on a backend. */
final class Holding implements LeaseHolder {

    private static final Outcome ANSWERED = new Outcome.Answered(200);

    private final CompletableFuture<Void> connected = new CompletableFuture<>();
    private Lease lease;

    void ask(LoopPool pool) {
        lease = pool.lease(this);
        lease.acquire();
    }

    void end() {
        lease.end(ANSWERED, true);
    }

    CompletableFuture<Void> connected() {
        return connected;
    }

    @Override
    public void connected(boolean reused) {
        connected.complete(null);
    }

    @Override
    public void opened(BackendStream stream) {
        throw new IllegalStateException("nothing is sent");
    }

    @Override
    public void notOpened(Throwable cause) {
        throw new IllegalStateException("nothing is sent");
    }

    @Override
    public void refused(Failure failure, String details) {
        connected.completeExceptionally(new IllegalStateException(details));
    }

    @Override
    public void moved() {
        throw new IllegalStateException("nobody changes the topology");
    }

    @Override
    public void readComplete() {
        // Nothing is sent.
    }
}

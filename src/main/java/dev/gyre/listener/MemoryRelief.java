package dev.gyre.listener;

import dev.gyre.loop.DeadlineWheel.Deadline;
import dev.gyre.loop.Loop;
import dev.gyre.loop.MemoryBudget;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one event loop does while memory is short: it holds back the clients that hold much of it, ends those
 * that hold most when that is not enough, and reads on when it is over.
 *
 * <p>Of those that hold about as much the youngest goes first: it has used least of the service so far, and a
 * flood is younger than the clients it drives out. Clients that hold little are ended only when no
 * others are left, first those that have been there longest without a request: a new client is about to send
 * one.
 */
final class MemoryRelief extends Deadline {

    private static final Duration EVERY = Duration.ofMillis(20);
    /** Bytes within which two clients hold about as much. */
    private static final int ABOUT = 16 * 1024;

    /** What a client held when all were looked at: to ask again for each comparison would take long. */
    private record Holder(ClientConnection client, long held, boolean much) {

        private static final Comparator<Holder> GREEDIEST_AND_YOUNGEST =
                Comparator.comparingLong((Holder holder) -> -(holder.held / ABOUT))
                        .thenComparing(holder -> !holder.client.idle())
                        .thenComparingLong(holder -> -holder.client.acceptedNanos());
        private static final Comparator<Holder> LONGEST_WITHOUT_A_REQUEST =
                Comparator.comparing((Holder holder) -> !holder.client.idle())
                        .thenComparing(holder -> holder.client.requestCount() > 0)
                        .thenComparingLong(holder -> holder.client.acceptedNanos());
        private static final Comparator<Holder> ORDER = (one, other) -> one.much != other.much
                ? Boolean.compare(other.much, one.much)
                : (one.much ? GREEDIEST_AND_YOUNGEST : LONGEST_WITHOUT_A_REQUEST).compare(one, other);

        static Holder of(ClientConnection client) {
            return new Holder(client, client.memory().held(), client.memory().holdsMuch());
        }
    }

    private final Loop loop;
    private final MemoryBudget budget;
    private final Collection<ClientConnection> clients;
    private final Set<ClientMemory> heldBack = new HashSet<>();
    private boolean running;

    /** @param clients all those of this event loop, as they are at any moment */
    MemoryRelief(Loop loop, Collection<ClientConnection> clients) {
        this.loop = loop;
        this.budget = loop.memory().budget();
        this.clients = clients;
        loop.memory().whenScarce(() -> loop.executeLater(this::begin));
    }

    void heldBack(ClientMemory client) {
        heldBack.add(client);
        begin();
    }

    void forget(ClientMemory client) {
        heldBack.remove(client);
    }

    private void begin() {
        if (!running) {
            running = true;
            expired();
        }
    }

    @Override
    protected void expired() {
        budget.measure();
        if (budget.level() == MemoryBudget.Level.AMPLE) {
            running = false;
            List<ClientMemory> all = List.copyOf(heldBack);
            heldBack.clear();
            all.forEach(ClientMemory::readOn);
            return;
        }
        giveBack(budget.toGiveBack());
        loop.schedule(this, EVERY);
    }

    private void giveBack(long bytes) {
        if (bytes == 0) {
            return;
        }
        long left = bytes;
        List<Holder> all = clients.stream().filter(ClientConnection::holdsMemory).map(Holder::of)
                .sorted(Holder.ORDER).toList();
        boolean somebody = budget.level() == MemoryBudget.Level.SHORT;
        for (Holder holder : all) {
            if (somebody && !holder.much) {
                return;
            }
            somebody |= holder.much;
            left -= holder.held;
            holder.client.noMemory();
            if (left <= 0) {
                return;
            }
        }
    }
}

package dev.gyre.loop;

/**
 * Very many deadlines without a timer each: the owner calls {@link #advance} once a tick while the wheel is
 * not empty. A deadline never fires early, and at most one tick late if the owner is on time.
 *
 * <p>Single-threaded; times are those of {@code System.nanoTime()}, also negative, within 146 years of the
 * wheel's beginning.
 *
 * <p>Source: G. Varghese, T. Lauck, "Hashed and hierarchical timing wheels", 1987 (scheme 6).
 */
public final class DeadlineWheel {

    /** 10 ms. */
    public static final long TICK_NANOS = 10_000_000;

    private static final int SLOTS = 1024;

    /*
     * Most deadlines are put off or cancelled long before they are due: every piece of a body puts off an
     * idle timeout. So putting off stores the time and nothing else; the node stays where it is and is moved
     * when its slot comes up. A node may thus be looked at too soon, never too late.
     */
    private final Node[] slots = new Node[SLOTS];
    /** Out of their slots and not looked at yet; a field, so that an exception loses none of them. */
    private final Node pending = new Node();
    private final long origin;
    private long tick;
    private long count;

    public DeadlineWheel(long nowNanos) {
        origin = nowNanos;
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = new Node();
        }
    }

    /** Sets or changes a deadline; one that has passed already expires with the next tick. */
    public void schedule(Deadline deadline, long nanos) {
        deadline.nanos = nanos;
        if (deadline.isScheduled()) {
            if (nanos - deadline.placedNanos >= 0) {
                return;
            }
            deadline.unlink();
        } else {
            count++;
        }
        place(deadline);
    }

    /** Takes a deadline back; without effect if it is not scheduled. */
    public void cancel(Deadline deadline) {
        if (deadline.isScheduled()) {
            deadline.unlink();
            count--;
        }
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /** Expires what is due; a time before the last one changes nothing. Not to be called by what expires. */
    public void advance(long nowNanos) {
        long target = Math.floorDiv(nowNanos - origin, TICK_NANOS);
        expirePending();
        if (target - tick >= SLOTS) {
            // More than a revolution behind, e.g. after the process was stopped: each slot once, in one go.
            tick = target;
            for (Node slot : slots) {
                pending.takeAll(slot);
            }
            expirePending();
        }
        while (tick < target) {
            tick = count == 0 ? target : tick + 1;
            pending.takeAll(slot(tick));
            expirePending();
        }
    }

    private void expirePending() {
        // What expires may schedule or cancel any other, so nothing is remembered here from one to the next.
        while (pending.isLinked()) {
            Deadline deadline = (Deadline) pending.next;
            deadline.unlink();
            if (dueTick(deadline.nanos) <= tick) {
                count--;
                deadline.expired();
            } else {
                place(deadline);
            }
        }
    }

    private void place(Deadline deadline) {
        deadline.placedNanos = deadline.nanos;
        slot(Math.max(tick + 1, dueTick(deadline.nanos))).append(deadline);
    }

    private Node slot(long ofTick) {
        return slots[(int) (ofTick & SLOTS - 1)];
    }

    /** The first tick that does not begin before the deadline. */
    private long dueTick(long nanos) {
        return -Math.floorDiv(origin - nanos, TICK_NANOS);
    }

    /** A thing that can expire; belongs to one wheel. */
    public abstract static class Deadline extends Node {

        private long nanos;
        /** Never after {@link #nanos}: the time that decided on the slot. */
        private long placedNanos;

        /**
         * The time has come; the deadline is no longer scheduled. May schedule and cancel this one and
         * others. What it throws is thrown by {@link #advance}, whose next call goes on with the others.
         */
        protected abstract void expired();

        /** Set, and neither expired nor cancelled since. */
        public final boolean isScheduled() {
            return isLinked();
        }
    }

    /** A ring's element, or its beginning and end. */
    private static class Node {

        private Node previous = this;
        private Node next = this;

        final boolean isLinked() {
            return next != this;
        }

        final void append(Node node) {
            node.previous = previous;
            node.next = this;
            previous.next = node;
            previous = node;
        }

        final void unlink() {
            previous.next = next;
            next.previous = previous;
            previous = this;
            next = this;
        }

        final void takeAll(Node other) {
            if (other.isLinked()) {
                other.next.previous = previous;
                previous.next = other.next;
                other.previous.next = this;
                previous = other.previous;
                other.previous = other;
                other.next = other;
            }
        }
    }
}

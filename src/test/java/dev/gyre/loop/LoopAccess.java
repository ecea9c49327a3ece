package dev.gyre.loop;

/** What a test may do with an event loop whose clock it steps. */
public final class LoopAccess {

    private LoopAccess() {
    }

    /** Expires what is due by now, without waiting for the next tick; to be called on the loop. */
    public static void expire(Loop loop) {
        loop.expire();
    }

    /** No deadline is set; to be called on the loop. */
    public static boolean idle(Loop loop) {
        return loop.idle();
    }
}

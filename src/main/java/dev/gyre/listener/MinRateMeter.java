package dev.gyre.listener;

import java.time.Duration;

/**
 * Whether a client keeps up a least rate while it is its turn to send or to take. A client has some time in
 * hand; each byte gives it the time that the rate allows for one more, up to a bound, so that a fast start
 * does not pay for hours. Times are those of {@code System.nanoTime()}.
 */
public final class MinRateMeter {

    /** How much more than at the beginning a client may have in hand. */
    private static final int AHEAD = 6;

    private final double nanosPerByte;
    private final long most;
    private long left;
    private long since;
    private boolean owing;

    /** @param rate in bytes a second, more than 0 */
    public MinRateMeter(long rate, Duration inHand) {
        this.nanosPerByte = 1e9 / rate;
        this.left = inHand.toNanos();
        this.most = AHEAD * left;
    }

    /** It is the client's turn. */
    public void owes(long now) {
        if (!owing) {
            owing = true;
            since = now;
        }
    }

    /** It is not the client's turn, so its time does not run. */
    public void rests(long now) {
        spend(now);
        owing = false;
    }

    public void moved(long bytes, long now) {
        spend(now);
        left = (long) Math.min(most, left + bytes * nanosPerByte);
    }

    public boolean tooSlow(long now) {
        spend(now);
        return owing && left <= 0;
    }

    /** When the client will be too slow, if it is its turn until then and nothing moves. */
    public long due(long now) {
        spend(now);
        return now + left;
    }

    private void spend(long now) {
        if (owing) {
            left -= now - since;
            since = now;
        }
    }
}

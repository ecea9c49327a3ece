package dev.gyre.listener;

import io.vertx.core.buffer.Buffer;

/**
 * Copies small pieces of a body that has to wait into few: a piece takes about 100 bytes of the heap beside
 * its own, and a read of 64 KB can hold 10,900 chunks of one byte.
 */
final class JoinedPieces {

    /** Bytes of a piece up to which it is copied, and of the piece that such ones become. */
    private static final int SMALL = 256;
    private static final int MOST = 4096;

    private Buffer latest;

    /** It is better copied. */
    static boolean small(Buffer piece) {
        return piece.length() <= SMALL;
    }

    /**
     * Copies a small piece behind the ones before.
     *
     * @param last what was added last to those that wait
     * @return false if there is no room, or something else stands between; then {@link #begin} another
     */
    boolean join(Buffer piece, Object last) {
        if (latest == null || latest != last || latest.length() > MOST - SMALL) {
            return false;
        }
        latest.appendBuffer(piece);
        return true;
    }

    /** A copy of a small piece, to be added to those that wait. */
    Buffer begin(Buffer piece) {
        latest = Buffer.buffer().appendBuffer(piece);
        return latest;
    }

    /** The latest one is used from now on, and does not change any more. */
    void end() {
        latest = null;
    }
}

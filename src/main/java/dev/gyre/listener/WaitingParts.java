package dev.gyre.listener;

import dev.gyre.vertx.ReadMemory;
import io.netty.handler.codec.http.HttpRequest;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;

/**
 * What has been decoded of one client's requests and cannot be taken yet, in the order in which it came:
 * heads ({@link HttpRequest}), pieces of bodies ({@link Buffer}), and what ends a body. A body that waits is
 * read ahead up to a bound, so that it goes on at once when its backend takes more.
 */
final class WaitingParts {

    /** Bytes of bodies from which on nothing more is read, and from which downwards it is again. */
    private static final int MOST_BYTES = 256 * 1024;
    private static final int FEW_BYTES = 64 * 1024;
    /** The same for parts, each of which takes some heap however small it is. */
    private static final int MOST_PARTS = 64;
    private static final int FEW_PARTS = 16;

    /** Null until something has to wait, which is never on most connections. */
    private ArrayDeque<Object> parts;
    private final JoinedPieces joined = new JoinedPieces();
    private int copied;
    private long bytes;
    private int heads;
    private boolean full;

    boolean isEmpty() {
        return parts == null || parts.isEmpty();
    }

    void add(Object part) {
        if (parts == null) {
            parts = new ArrayDeque<>();
        }
        if (part instanceof Buffer piece) {
            bytes += piece.length();
            if (JoinedPieces.small(piece)) {
                join(piece);
            } else {
                parts.add(piece);
            }
        } else {
            parts.add(part);
            heads += part instanceof HttpRequest ? 1 : 0;
        }
        full |= bytes >= MOST_BYTES || parts.size() >= MOST_PARTS;
    }

    private void join(Buffer piece) {
        if (!joined.join(piece, parts.peekLast())) {
            parts.add(joined.begin(piece));
        }
        copied += ReadMemory.lends(piece) ? piece.length() : 0;
        ReadMemory.drop(piece);
    }

    /** Bytes that came in memory outside the heap, and that were copied onto it since the last call. */
    int takeCopied() {
        int since = copied;
        copied = 0;
        return since;
    }

    /** Null if nothing waits. */
    Object first() {
        return parts == null ? null : parts.peek();
    }

    void removeFirst() {
        Object part = parts.poll();
        if (part instanceof Buffer piece) {
            bytes -= piece.length();
        } else if (part instanceof HttpRequest) {
            heads--;
        }
        if (parts.isEmpty()) {
            joined.end();
        }
        full &= bytes > FEW_BYTES || parts.size() > FEW_PARTS;
    }

    /** What comes now belongs to a request that waits itself. */
    boolean behindHead() {
        return heads > 0;
    }

    /** Bytes of bodies. */
    long bytes() {
        return bytes;
    }

    /** So much waits that no more is to be read. */
    boolean full() {
        return full;
    }

    /** Nobody will take it. */
    void drop() {
        for (Object part = first(); part != null; part = first()) {
            removeFirst();
            if (part instanceof Buffer piece) {
                ReadMemory.drop(piece);
            }
        }
    }
}

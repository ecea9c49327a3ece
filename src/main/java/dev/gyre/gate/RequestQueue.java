package dev.gyre.gate;

import io.netty.handler.codec.http.HttpRequest;
import java.util.Optional;

/**
 * The requests of one connection that have been decoded and not been answered: how many there are, and how
 * much of the heap they take.
 */
final class RequestQueue {

    /** One is served, and another two wait, so that a client that pipelines need not be waited for. */
    static final int MOST = 3;
    /** Bytes on the heap that a request takes beside its fields, with all that serves it. */
    private static final int EACH = 2048;
    /** Bytes on the heap that a field takes beside its text: two strings and an entry in a map. */
    private static final int PER_FIELD = 128;

    private final int[] sizes = new int[MOST];
    /** Null if the request line could not be read. */
    private final HttpRequest[] heads = new HttpRequest[MOST];
    private final long[] begunNanos = new long[MOST];
    private final boolean[] goesOn = new boolean[MOST];
    private int first;
    private int count;
    private int sum;
    /** Bytes of the head, or of the trailers, that are being decoded. */
    private int begun;

    boolean full() {
        return count == MOST;
    }

    boolean isEmpty() {
        return count == 0;
    }

    boolean isSingle() {
        return count == 1;
    }

    int count() {
        return count;
    }

    /** @param index 0 for the eldest */
    Optional<HttpRequest> head(int index) {
        return Optional.ofNullable(heads[(first + index) % MOST]);
    }

    /** Another request may follow the eldest. */
    boolean goesOn() {
        return goesOn[first];
    }

    /** When its first byte was decoded. */
    long begunNanos(int index) {
        return begunNanos[(first + index) % MOST];
    }

    /** So many bytes more of the head, or of the trailers, that are under way. */
    void grow(int more) {
        begun += more;
    }

    /**
     * The head under way is whole, and had so many fields.
     *
     * @param head   null when its request line could not be read
     * @param follow another request may follow
     */
    void add(int fields, HttpRequest head, long nanos, boolean follow) {
        // What comes out after a refused message is not served: no more than the room there is.
        if (count < MOST) {
            int size = EACH + size(fields);
            int last = (first + count) % MOST;
            sizes[last] = size;
            heads[last] = head;
            begunNanos[last] = nanos;
            goesOn[last] = follow;
            count++;
            sum += size;
        }
        begun = 0;
    }

    /** Nothing is under way. */
    void between() {
        begun = 0;
    }

    /** The eldest is answered. */
    void remove() {
        if (count > 0) {
            sum -= sizes[first];
            heads[first] = null;
            first = (first + 1) % MOST;
            count--;
        }
    }

    /**
     * Bytes on the heap, about.
     *
     * @param fields of the head, or among the trailers, that are being decoded
     */
    int held(int fields) {
        return sum + (begun == 0 ? 0 : size(fields));
    }

    private int size(int fields) {
        return begun + PER_FIELD * fields;
    }
}

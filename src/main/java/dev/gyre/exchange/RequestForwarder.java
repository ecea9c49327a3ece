package dev.gyre.exchange;

import dev.gyre.listener.ClientStream;
import dev.gyre.model.Failure;
import dev.gyre.upstream.BackendStream;
import dev.gyre.vertx.ReadMemory;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Passes a request's body on as it comes, never faster than the backend takes it. Before the backend's
 * connection stands, nothing is read from the client.
 */
final class RequestForwarder {

    /**
     * The exchange that the body belongs to; hears of {@link ExchangeEvent#REQUEST_SENT} and
     * {@link ExchangeEvent#REQUEST_RECEIVED}.
     */
    interface Parent {

        boolean fire(ExchangeEvent event);

        /** Something has moved. */
        void touch();

        /** A body of so many bytes may have to be sent again. */
        boolean keeps(long bytes);

        /** Runs this when the event loop has dealt with what it has read. */
        void later(Runnable task);

        /** The request fails, and nothing may follow it on its connection. */
        void reject(Failure failure, String details);
    }

    private final Parent parent;
    private final ClientStream client;
    private final long length;
    private final UploadLimits upload;
    private final List<Buffer> kept = new ArrayList<>();
    private BackendStream outgoing;
    private boolean listening;
    private boolean headSent;
    private boolean blocked;
    private boolean sent;
    private boolean received;
    private boolean discarding;
    private boolean forgotten;
    private boolean over;
    private long bytes;
    private long passed;

    /** @param length in bytes or {@link RequestLength#CHUNKED} */
    RequestForwarder(Parent parent, ClientStream client, long length, UploadLimits upload) {
        this.upload = upload;
        this.parent = parent;
        this.client = client;
        this.length = length;
        client.pause(e -> {
            // A connection that broke ends the request by itself.
            if (e instanceof OutOfMemoryError) {
                parent.reject(Failure.NO_MEMORY, e.getMessage());
            } else if (!ConnectionLoss.is(e)) {
                upload.refused(e);
            }
        });
    }

    /** Begins to send, or begins again with what has been kept. */
    void sendTo(BackendStream backend, boolean headFirst) {
        outgoing = backend;
        headSent = false;
        blocked = false;
        if (length == RequestLength.CHUNKED) {
            backend.chunked();
        }
        backend.whenDrained(v -> unblocked(backend));
        if (headFirst) {
            sendHead(backend);
        }
        long resent = 0;
        for (Buffer chunk : List.copyOf(kept)) {
            resent += chunk.length();
            pass(chunk, resent == length, BackendStream.UNAWAITED);
        }
        if (received && !sent) {
            end();
        }
        listen();
        if (!blocked) {
            upload.awaited();
            client.resume();
        }
        if (!headSent) {
            // The body may be long in coming; what has been read with the head goes out together with it.
            parent.later(() -> sendHead(backend));
        }
    }

    private void listen() {
        if (!listening && !received) {
            listening = true;
            client.read(this::chunk, v -> ended());
        }
    }

    private void sendHead(BackendStream backend) {
        if (backend == outgoing && !headSent) {
            headSent = true;
            backend.sendHead();
        }
    }

    private void chunk(Buffer data) {
        if (over) {
            drop(data);
            return;
        }
        parent.touch();
        bytes += data.length();
        if (discarding || !upload.takes(data.length())) {
            drop(data);
            return;
        }
        if (!forgotten && parent.keeps(bytes)) {
            upload.passedOn(data);
            Buffer piece = ReadMemory.kept(data);
            kept.add(piece);
            upload.keeps(piece.length());
            if (outgoing != null) {
                pass(piece, bytes == length, BackendStream.UNAWAITED);
            }
            return;
        }
        forget();
        if (outgoing == null) {
            drop(data);
            return;
        }
        pass(ReadMemory.once(data), bytes == length, () -> upload.passedOn(data));
    }

    private void drop(Buffer data) {
        upload.passedOn(data);
        ReadMemory.drop(data);
    }

    private void pass(Buffer data, boolean last, Runnable passedOn) {
        headSent = true;
        passed += data.length();
        if (last) {
            sent = true;
            outgoing.end(data, passedOn);
            parent.fire(ExchangeEvent.REQUEST_SENT);
            return;
        }
        outgoing.write(data, passedOn);
        if (!blocked && outgoing.full()) {
            blocked = true;
            upload.heldBack();
            client.pause();
        }
    }

    private void unblocked(BackendStream backend) {
        if (backend == outgoing && blocked) {
            blocked = false;
            parent.touch();
            upload.awaited();
            client.resume();
        }
    }

    private void ended() {
        received = true;
        upload.heldBack();
        if (outgoing != null && !sent) {
            end();
        }
        parent.fire(ExchangeEvent.REQUEST_RECEIVED);
    }

    private void end() {
        headSent = true;
        sent = true;
        outgoing.end();
        parent.fire(ExchangeEvent.REQUEST_SENT);
    }

    /** What has been kept is not going to be sent again. */
    void forget() {
        forgotten = true;
        kept.forEach(piece -> upload.keeps(-piece.length()));
        kept.clear();
    }

    /** Sends no more; what has been kept can be sent again. */
    void detach() {
        outgoing = null;
        sent = false;
        upload.heldBack();
        client.pause();
    }

    /** Reads and discards the rest, so that the client gets to reading its answer. */
    void discard() {
        outgoing = null;
        discarding = true;
        forget();
        upload.heldBack();
        listen();
        client.resume();
    }

    /** The client owes nothing any more; what has been read and not been sent on is dropped. */
    void over() {
        upload.heldBack();
        if (!received) {
            over = true;
            outgoing = null;
            forget();
            // Its memory would come back no sooner than the garbage collector finds it.
            listen();
            client.resume();
        }
    }

    /** So much of it has come. */
    long bytes() {
        return bytes;
    }

    /** Bytes of it sent to backends, counted again for each. */
    long passed() {
        return passed;
    }

    /** By its head the body is within the limit; otherwise the request has been refused. */
    boolean allowed() {
        return upload.allows(length);
    }

    /** The whole body has been handed to the backend's connection. */
    boolean sent() {
        return sent;
    }

    boolean received() {
        return received;
    }

    /** Not one byte of it has come from the client. */
    boolean untouched() {
        return bytes == 0 && !received;
    }

    /** All that has come so far has been kept. */
    boolean repeatable() {
        return bytes == 0 || !forgotten;
    }

    /** The backend has taken all that has come so far: it is the client's turn. */
    boolean awaited() {
        return outgoing != null && !sent && !blocked;
    }

    /** The backend does not take more at the moment. */
    boolean blocked() {
        return blocked;
    }
}

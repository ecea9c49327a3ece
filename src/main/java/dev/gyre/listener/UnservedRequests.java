package dev.gyre.listener;

import dev.gyre.gate.RequestDecoder;
import dev.gyre.loop.Loop;
import dev.gyre.model.ExchangeListener;
import dev.gyre.model.ExchangePhase;
import dev.gyre.model.Failure;
import dev.gyre.model.FinishedExchange;
import dev.gyre.model.FinishedExchange.End;
import dev.gyre.model.FinishedExchange.Request;
import dev.gyre.model.FinishedExchange.Times;
import dev.gyre.model.Peer;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.util.Optional;

/**
 * The requests of one connection that never reach an exchange and so end here: a head that was
 * refused, that did not come whole, or that waited behind the last answer of the connection.
 */
final class UnservedRequests {

    private final Loop loop;
    private final RequestDecoder decoder;
    private final Peer client;
    private final int port;
    private final ExchangeListener exchanges;
    /** The last head was refused: it was decoded, and has ended. */
    private boolean refused;
    /** The head under way has been answered. */
    private boolean timedOut;
    /** Bytes of a first head came that there was no memory for. */
    private boolean unread;

    UnservedRequests(Loop loop, RequestDecoder decoder, Peer client, int port, ExchangeListener exchanges) {
        this.loop = loop;
        this.decoder = decoder;
        this.client = client;
        this.port = port;
        this.exchanges = exchanges;
    }

    /**
     * A head could not be decoded, and this is answered.
     *
     * @param index of it among the unanswered ones of the decoder
     */
    void refused(int index, Failure failure) {
        refused = true;
        end(decoder.head(index), decoder.begunNanos(index), failure.status(), failure);
    }

    /** The head did not come whole in time, and this is answered. */
    void timedOut(Failure failure) {
        timedOut = true;
        end(Optional.empty(), decoder.headBegun() ? decoder.begunNanos() : loop.nanos(), failure.status(),
                failure);
    }

    /** Bytes of a first head have come, and there was no memory for them. */
    void unread() {
        unread = decoder.served() && !decoder.headBegun();
    }

    /**
     * The connection has closed.
     *
     * @param served  exchanges that have begun and not ended
     * @param whole   why requests that came whole were not served
     * @param partial why a head was not read to its end
     */
    void gone(int served, Failure whole, Failure partial) {
        int last = decoder.unanswered() - (refused ? 1 : 0);
        for (int i = served; i < last; i++) {
            end(decoder.head(i), decoder.begunNanos(i), 0, whole);
        }
        if (!timedOut && (decoder.headBegun() || unread)) {
            end(Optional.empty(), unread ? loop.nanos() : decoder.begunNanos(), 0, partial);
        }
    }

    private void end(Optional<HttpRequest> head, long begunNanos, int status, Failure failure) {
        exchanges.finished(FinishedExchange.unserved(client, port, head.map(UnservedRequests::request),
                Times.ofHead(loop.millisAt(begunNanos), loop.nanos() - begunNanos),
                End.failed(status, failure, ExchangePhase.HEAD)));
    }

    private static Request request(HttpRequest head) {
        return new Request(head.method().name(), head.uri(),
                Optional.ofNullable(head.headers().get(HttpHeaderNames.HOST)).orElse(""),
                head.protocolVersion().text());
    }
}

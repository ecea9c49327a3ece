package dev.gyre.api;

import dev.gyre.gate.ListField;
import dev.gyre.log.RateLimitedLog;
import dev.gyre.model.AddressBlock;
import dev.gyre.model.ConnectionCounts;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds what a client of the admin port can hold there without a token: a number of connections, and the
 * time in which each request must arrive. The port shares files and memory with the traffic of the node. The
 * answer has no time limit, because {@code backend.drain} waits. One connection too many replaces the one
 * that has waited longest for its request, so that a flood does not shut out probes. For one event loop.
 */
final class AdminConnections {

    /**
     * @param most      connections in total
     * @param mostOfOne connections of one address, so that a flood leaves room for the probes and people of
     *                  others
     * @param request   time from the opening of a connection to the head of its first request, and from each
     *                  head to the end of its request
     * @param idle      time from an answer to the head of the next request
     */
    record Bounds(int most, int mostOfOne, Duration request, Duration idle) {

        static final Bounds DEFAULT = new Bounds(256, 128, Duration.ofSeconds(10), Duration.ofSeconds(75));
    }

    private static final Logger LOG = LoggerFactory.getLogger("gyre.admin");
    private static final int LONGEST_REASON = 200;
    private static final Duration LOG_EVERY = Duration.ofMinutes(1);

    private final Vertx vertx;
    private final Bounds bounds;
    private final LongSupplier nanos;
    private final Map<HttpConnection, Deadline> open = new HashMap<>();
    /** Connections that wait for a request or the rest of one, the longest first. */
    private final Set<Deadline> waiting = new LinkedHashSet<>();
    private final ConnectionCounts counts;
    private final RateLimitedLog log;
    private final RateLimitedLog handshakeLog;

    /** @param nanos a clock that only goes forward, as {@code System.nanoTime()} */
    AdminConnections(Vertx vertx, Bounds bounds, LongSupplier nanos) {
        this.vertx = vertx;
        this.bounds = bounds;
        this.counts = new ConnectionCounts(bounds.most(), bounds.mostOfOne());
        this.nanos = nanos;
        this.log = new RateLimitedLog(LOG_EVERY, nanos.getAsLong());
        this.handshakeLog = new RateLimitedLog(LOG_EVERY, nanos.getAsLong());
    }

    /** Called with each new connection. */
    void opened(HttpConnection connection) {
        if (connection.remoteAddress() == null) {
            // Gone already.
            connection.close();
            return;
        }
        String address = connection.remoteAddress().hostAddress();
        Long block = AddressBlock.of(address);
        int ofOne = counts.openOf(block);
        if (counts.enter(block).isPresent()) {
            logRefusal(address, ofOne);
            Optional<Deadline> longest = waiting.stream()
                    .filter(one -> ofOne < bounds.mostOfOne() || one.block.equals(block)).findFirst();
            longest.ifPresent(Deadline::end);
            if (longest.isEmpty() || counts.enter(block).isPresent()) {
                connection.close();
                return;
            }
        }
        Deadline deadline = new Deadline(connection, block);
        open.put(connection, deadline);
        connection.closeHandler(closed -> deadline.forget());
        deadline.set(bounds.request());
    }

    /** Called with what ends a connection before its first request: a TLS handshake that fails. */
    void broken(Throwable cause) {
        handshakeLog.happened(nanos.getAsLong()).ifPresent(more ->
                LOG.warn("admin: TLS handshake failed reason=\"{}\"{}", words(cause), more));
    }

    /** The peer chooses what it sends, but no line of this log. */
    private static String words(Throwable cause) {
        String line = String.valueOf(cause.getMessage()).replaceAll("[\\p{C}\"]", "?");
        return line.length() > LONGEST_REASON ? line.substring(0, LONGEST_REASON) + "…" : line;
    }

    /** Called with each request, before its body is read. */
    void requested(RoutingContext context) {
        if (isLast(context.request().headers())) {
            context.addHeadersEndHandler(head ->
                    context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE));
            context.addEndHandler(answered -> context.request().connection().close());
        }
        Deadline deadline = open.get(context.request().connection());
        if (deadline != null) {
            if (context.request().isEnded()) {
                deadline.lift();
            } else {
                deadline.set(bounds.request());
                context.request().end().onSuccess(end -> {
                    // The answer may have ended before the body, and then the idle time has begun.
                    if (!context.response().ended()) {
                        deadline.lift();
                    }
                });
            }
            context.addEndHandler(answered -> deadline.set(bounds.idle()));
        }
        context.next();
    }

    /**
     * Vert.x recognises close only if it is alone in its line. A client that expects a 100 (Continue) may get
     * a refusal instead, and send its next request in place of the body.
     */
    private static boolean isLast(MultiMap headers) {
        return ListField.CONNECTION.has(ListField.CONNECTION.lines(headers), "close")
                || !ListField.EXPECT.lines(headers).isEmpty();
    }

    private void logRefusal(String address, int ofOne) {
        log.happened(nanos.getAsLong()).ifPresent(more ->
                LOG.warn("admin: connection closed reason=too_many_connections open={} limit={} address={}"
                                + " of_address={} limit_of_address={}{}",
                        counts.open(), bounds.most(), address, ofOne, bounds.mostOfOne(), more));
    }

    /** The deadline of a connection's current state. */
    private final class Deadline {

        private static final long NONE = -1;

        private final HttpConnection connection;
        private final Long block;
        private long timer = NONE;

        Deadline(HttpConnection connection, Long block) {
            this.connection = connection;
            this.block = block;
        }

        void set(Duration time) {
            lift();
            if (open.containsKey(connection)) {
                timer = vertx.setTimer(time.toMillis(), passed -> connection.close());
                waiting.add(this);
            }
        }

        /** Ends it at once: another connection takes its place. */
        void end() {
            forget();
            connection.close();
        }

        void forget() {
            lift();
            if (open.remove(connection, this)) {
                counts.leave(block);
            }
        }

        void lift() {
            waiting.remove(this);
            if (timer != NONE) {
                vertx.cancelTimer(timer);
                timer = NONE;
            }
        }
    }
}

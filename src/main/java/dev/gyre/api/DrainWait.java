package dev.gyre.api;

import dev.gyre.model.BackendId;
import dev.gyre.registry.CommandRefused;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Waits until no node has a request in flight to a draining backend. */
final class DrainWait {

    private static final long POLL_MILLIS = 25;

    private final Vertx vertx;
    private final Nodes nodes;

    DrainWait(Vertx vertx, Nodes nodes) {
        this.vertx = vertx;
        this.nodes = nodes;
    }

    /** The reply, with the requests in flight of each node: none, or those at the timeout. */
    Future<JsonObject> left(BackendId id, Duration timeout, JsonObject reply) {
        return left(id, timeout).map(left -> reply
                .put("drained", left.stream().allMatch(NodeInFlight::drained))
                .put("inFlight", left.stream().mapToLong(node -> node.inFlight().orElse(0L)).sum())
                .put("nodes", new JsonArray(left.stream().map(NodeInFlight::toJson).toList())));
    }

    private Future<List<NodeInFlight>> left(BackendId id, Duration timeout) {
        Promise<List<NodeInFlight>> left = Promise.promise();
        AtomicBoolean late = new AtomicBoolean(timeout.isZero());
        long deadline = timeout.isZero() ? -1 : vertx.setTimer(timeout.toMillis(), timer -> late.set(true));
        poll(id, late, left);
        return left.future().onComplete(done -> vertx.cancelTimer(deadline));
    }

    private void poll(BackendId id, AtomicBoolean late, Promise<List<NodeInFlight>> left) {
        nodes.inFlight(id).onComplete(all -> {
            if (late.get() || all.stream().allMatch(NodeInFlight::drained)) {
                left.complete(all);
            } else {
                vertx.setTimer(POLL_MILLIS, timer -> poll(id, late, left));
            }
        }, failure -> left.fail(new CommandRefused(500, id
                + " gets no new request, but the number of requests in flight is unknown: "
                + failure.getMessage())));
    }
}

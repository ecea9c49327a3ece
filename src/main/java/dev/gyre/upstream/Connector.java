package dev.gyre.upstream;

import dev.gyre.loop.Loop;
import dev.gyre.model.BackendId;
import dev.gyre.model.ServicePolicy;
import io.vertx.core.Future;

/** Opens connections to backends, by whatever protocol they speak. */
@FunctionalInterface
interface Connector {

    /**
     * To be called on the loop, which then owns the connection; the future may complete on any thread.
     *
     * @param policy of the service: within which time the connection opens, and how
     */
    Future<BackendConnection> connect(Loop loop, BackendId to, ServicePolicy policy);
}

package dev.gyre.upstream;

import dev.gyre.loop.Loop;
import dev.gyre.model.BackendId;
import io.vertx.core.Future;
import java.time.Duration;

/** Opens connections to backends, by whatever protocol they speak. */
@FunctionalInterface
interface Connector {

    /** To be called on the loop, which then owns the connection; the future may complete on any thread. */
    Future<BackendConnection> connect(Loop loop, BackendId to, Duration timeout);
}

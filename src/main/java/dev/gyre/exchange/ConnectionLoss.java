package dev.gyre.exchange;

import io.netty.handler.codec.PrematureChannelClosureException;
import io.vertx.core.http.HttpClosedException;
import java.io.IOException;

/** The end of a connection, as against bytes on it that cannot be understood. */
final class ConnectionLoss {

    private ConnectionLoss() {
    }

    /** What a stream was told is that its connection has ended. */
    static boolean is(Throwable cause) {
        return cause instanceof HttpClosedException || cause instanceof PrematureChannelClosureException
                || cause instanceof IOException;
    }
}

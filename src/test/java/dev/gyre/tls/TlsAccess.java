package dev.gyre.tls;

import io.netty.handler.ssl.SslProvider;
import java.time.InstantSource;

/** What a test may choose of TLS. */
public final class TlsAccess {

    private TlsAccess() {
    }

    /** With this engine, whatever the machine has; files are read at once. */
    public static BackendContexts contexts(SslProvider engine) {
        return new BackendContexts(new BackendContextReader(engine, InstantSource.system()), Runnable::run);
    }
}

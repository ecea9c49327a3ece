package dev.gyre.upstream;

import dev.gyre.model.BackendId;
import dev.gyre.model.DurationText;
import dev.gyre.model.Failure;
import dev.gyre.tls.HandshakeFailure;
import dev.gyre.tls.UnusableCertificate;
import io.netty.channel.ConnectTimeoutException;
import java.io.FileNotFoundException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;

/** Why a connection could not be opened, in the product's words. */
final class ConnectFailures {

    private ConnectFailures() {
    }

    static Failure of(Throwable cause) {
        if (cause instanceof HandshakeFailure tls) {
            return tls.failure();
        }
        if (cause instanceof ConnectTimeoutException) {
            return Failure.CONNECT_TIMEOUT;
        }
        if (cause instanceof UnknownHostException) {
            return Failure.DNS;
        }
        String message = String.valueOf(cause.getMessage());
        if (message.contains("Too many open files") || cause instanceof UnusableCertificate) {
            // This node's own limit, or its own files; no backend is to blame for it.
            return Failure.INTERNAL;
        }
        return cause instanceof ConnectException && message.contains("refused") || isMissing(cause)
                ? Failure.CONNECT_REFUSED : Failure.CONNECT_UNREACHABLE;
    }

    /** The file of a Unix socket; another exception on each transport. */
    private static boolean isMissing(Throwable cause) {
        return cause instanceof FileNotFoundException
                || String.valueOf(cause.getMessage()).contains("No such file");
    }

    static String details(Failure failure, BackendId backend, Duration timeout, Throwable cause) {
        return switch (failure) {
            case TLS_PROTOCOL, TLS_CERTIFICATE, TLS_ALERT -> backend + ": " + cause.getMessage();
            case CONNECT_TIMEOUT -> cause instanceof HandshakeFailure
                    ? "no TLS handshake with " + backend + " within " + DurationText.text(timeout)
                    : backend + " did not accept the connection within " + DurationText.text(timeout);
            case CONNECT_REFUSED -> isMissing(cause)
                    ? "there is no socket at " + backend : backend + " refused the connection";
            case INTERNAL -> cause instanceof UnusableCertificate ? cause.getMessage()
                    : "no connection can be opened: too many open files, raise `ulimit -n`";
            case DNS -> "the name of " + backend + " cannot be resolved";
            default -> backend + " cannot be reached: " + cause.getMessage();
        };
    }
}

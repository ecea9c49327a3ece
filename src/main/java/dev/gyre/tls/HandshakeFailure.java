package dev.gyre.tls;

import dev.gyre.model.Failure;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** TLS to a backend came to nothing; the message is the reason, for the operator. */
public final class HandshakeFailure extends IOException {

    private static final long serialVersionUID = 1;

    /** As the JDK and as BoringSSL name an alert that came. */
    private static final Pattern ALERT =
            Pattern.compile("Received fatal alert: (\\w+)|(?:SSLV3|TLSV1|TLSV13)_ALERT_(\\w+)");
    /** By which a peer ends a handshake that this side has finished already (RFC 8446, section 6.2). */
    private static final Set<String> REFUSALS = Set.of("handshake_failure", "bad_certificate",
            "unsupported_certificate", "certificate_revoked", "certificate_expired", "certificate_unknown",
            "unknown_ca", "access_denied", "decrypt_error", "certificate_required");

    private final Failure failure;

    private HandshakeFailure(Failure failure, String reason) {
        super(reason, null);
        this.failure = failure;
    }

    /** Whatever ended the handshake. */
    public static HandshakeFailure of(Throwable cause) {
        for (Throwable inner = cause; inner != null; inner = inner.getCause()) {
            if (inner instanceof HandshakeFailure known) {
                return known;
            }
            if (inner instanceof CertificateException) {
                return new HandshakeFailure(Failure.TLS_CERTIFICATE, inner.getMessage());
            }
        }
        Optional<String> alert = alert(cause);
        return alert.isPresent() ? refusal(alert.get())
                : new HandshakeFailure(Failure.TLS_PROTOCOL, words(cause));
    }

    /** It did not come to its end within the time to connect. */
    public static HandshakeFailure timedOut() {
        return new HandshakeFailure(Failure.CONNECT_TIMEOUT, "no TLS handshake in time");
    }

    /**
     * The alert by which a peer refuses a handshake after this side has finished it, as under TLS 1.3 for
     * want of a client certificate; empty for anything else that ends a connection.
     */
    public static Optional<HandshakeFailure> late(Throwable cause) {
        return alert(cause).filter(REFUSALS::contains).map(HandshakeFailure::refusal);
    }

    /** What was thrown inside of TLS, without what Netty wraps it in. */
    public static Throwable unwrapped(Throwable cause) {
        return cause instanceof DecoderException && cause.getCause() instanceof SSLException inner ? inner
                : cause;
    }

    private static HandshakeFailure refusal(String alert) {
        return new HandshakeFailure(Failure.TLS_ALERT, "the backend sent the alert " + alert);
    }

    private static Optional<String> alert(Throwable cause) {
        for (Throwable inner = cause; inner != null; inner = inner.getCause()) {
            Matcher found = ALERT.matcher(String.valueOf(inner.getMessage()));
            if (found.find()) {
                String word = found.group(1) == null ? found.group(2) : found.group(1);
                return Optional.of(word.toLowerCase(Locale.ROOT));
            }
        }
        return Optional.empty();
    }

    private static String words(Throwable cause) {
        Throwable inner = unwrapped(cause);
        if (inner instanceof NotSslRecordException) {
            return "what the backend sends is not TLS";
        }
        if (inner instanceof ClosedChannelException) {
            return "the backend closed the connection in the handshake";
        }
        return "the handshake failed: " + inner.getMessage();
    }

    public Failure failure() {
        return failure;
    }
}

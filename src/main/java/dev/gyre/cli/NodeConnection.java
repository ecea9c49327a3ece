package dev.gyre.cli;

import dev.gyre.config.Durations;
import dev.gyre.tls.CertificateFiles.Pair;
import dev.gyre.tls.ClientContext;
import dev.gyre.tls.UnusableCertificate;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** The connection to a node's admin port, and what it is called that there is none. */
final class NodeConnection {

    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final String PASSWORD = "GYRE_KEY_PASSWORD";
    private static final Pattern ALERT = Pattern.compile("Received fatal alert: (\\w+)");

    private NodeConnection() {
    }

    /** @param env {@code GYRE_KEY_PASSWORD} is the password of an encrypted key */
    static HttpClient open(NodeAddress node, Map<String, String> env) throws Misused {
        HttpClient.Builder client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT);
        if (node.https()) {
            try {
                client.sslContext(ClientContext.read(node.authorities().map(Path::of),
                        node.certificate().map(certificate -> new Pair(Path.of(certificate),
                                Path.of(node.key().orElseThrow()), Optional.ofNullable(env.get(PASSWORD))))));
            } catch (UnusableCertificate e) {
                throw new Misused(e.getMessage() + (env.containsKey(PASSWORD) || node.key().isEmpty() ? ""
                        : "; the environment's " + PASSWORD + " is the password of an encrypted key"));
            } catch (InvalidPathException e) {
                throw new Misused("\"" + e.getInput() + "\" is no path (expected: a file)");
            }
        }
        return client.build();
    }

    /** Why no answer came, and what to do. */
    static String failure(NodeAddress node, IOException e) {
        return tlsFailure(node, e).map(words -> node + ": " + words)
                .orElseGet(() -> "no node answers at " + node + " (" + reason(e)
                        + "): is it running, and does \"admin\" in its config name this host and port? "
                        + "--node HOST:PORT names another.");
    }

    private static Optional<String> tlsFailure(NodeAddress node, IOException e) {
        if (!node.https()) {
            return answersTls(e) ? Optional.of("the connection was closed in place of an answer to plain HTTP"
                    + "; does it serve HTTPS? (expected then: --node https://" + node.port() + ")")
                    : Optional.empty();
        }
        if (!(e instanceof SSLException)) {
            return Optional.empty();
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            Optional<String> words = words(node, cause);
            if (words.isPresent()) {
                return words;
            }
        }
        return Optional.of("the TLS handshake failed: " + e.getMessage());
    }

    private static Optional<String> words(NodeAddress node, Throwable cause) {
        String message = String.valueOf(cause.getMessage());
        Matcher alert = ALERT.matcher(message);
        if (alert.find()) {
            return Optional.of(alert(node, alert.group(1)));
        }
        if (cause instanceof CertificateExpiredException) {
            return Optional.of("the node's certificate has expired (" + message + "): renew admin.tls.cert, "
                    + "which the node reads again within seconds");
        }
        if (cause instanceof CertificateNotYetValidException) {
            return Optional.of("the node's certificate is not valid yet (" + message
                    + "): is the clock of this machine right?");
        }
        if (cause instanceof CertPathBuilderException || cause instanceof CertPathValidatorException
                && cause.getCause() == null) {
            return Optional.of("no authority known here has signed the node's certificate (expected: one in "
                    + node.authorities().map(file -> CommandTree.CA + " " + file)
                    .orElse(CommandTree.CA + " FILE, or among those of the JDK") + ")");
        }
        if (cause instanceof CertificateException && cause.getCause() == null) {
            return Optional.of("the node's certificate names another host (" + message
                    + "; expected: a name or address of the certificate in --node)");
        }
        return message.contains("nrecognized SSL message")
                ? Optional.of("the answer is no TLS; does the node serve plain HTTP? (expected then: --node "
                + node.port() + ")") : Optional.empty();
    }

    /** What the node thinks of this side's certificate. */
    private static String alert(NodeAddress node, String alert) {
        boolean presented = node.certificate().isPresent();
        return switch (alert) {
            case "bad_certificate", "certificate_required", "certificate_unknown", "unknown_ca",
                    "certificate_expired", "handshake_failure" -> presented
                    ? "the node refuses the certificate of --cert (" + alert + "; expected: one signed by "
                    + "admin.tls.clients.ca of its config)"
                    : "the node asks for a client certificate (" + alert + "; expected: --cert FILE --key "
                    + "FILE)";
            default -> "the node ends the TLS handshake: " + alert;
        };
    }

    /** A port of TLS closes the connection, or sends an alert, whose first byte is no HTTP. */
    private static boolean answersTls(IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("header parser received no bytes") || message.contains("\u0015");
    }

    private static String reason(IOException e) {
        if (e instanceof HttpConnectTimeoutException) {
            return "no connection within " + Durations.text(CONNECT);
        }
        if (e instanceof HttpTimeoutException) {
            return "no answer in time; the command may have been carried out";
        }
        if (e instanceof ConnectException) {
            return e.getMessage() == null ? "connection refused or host unknown" : e.getMessage();
        }
        return String.valueOf(e.getMessage());
    }
}

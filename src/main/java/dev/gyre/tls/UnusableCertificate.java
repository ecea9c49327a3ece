package dev.gyre.tls;

/** A certificate or key that serves no connection: what was found, where, and what was expected. */
public final class UnusableCertificate extends Exception {

    private static final long serialVersionUID = 1L;

    UnusableCertificate(String message) {
        super(message, null, false, false);
    }
}

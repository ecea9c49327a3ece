package dev.gyre.api;

/** The admin port cannot be opened; the message is one line for the operator. Carries no stack trace. */
public final class AdminUnavailable extends Exception {

    AdminUnavailable(String message) {
        super(message, null, false, false);
    }
}

package dev.gyre.registry;

/** The data directory cannot be used; the message is one line for the operator. Carries no stack trace. */
public final class DataUnusable extends Exception {

    DataUnusable(String message) {
        super(message, null, false, false);
    }
}

package dev.gyre.config;

/** The config could not be fetched or is not JSON; the message is one line for the operator. */
public final class UnreadableConfig extends Exception {

    UnreadableConfig(String message) {
        // The operator's mistake, not the program's: a stack trace would not help.
        super(message, null, false, false);
    }
}

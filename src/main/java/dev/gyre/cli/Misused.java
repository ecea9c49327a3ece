package dev.gyre.cli;

/** The line makes no sense; the message says why. Nothing was sent. */
final class Misused extends Exception {

    Misused(String message) {
        super(message, null, false, false);
    }
}

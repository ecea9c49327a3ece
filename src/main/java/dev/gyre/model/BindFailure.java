package dev.gyre.model;

import java.util.Locale;

/** Why a port could not be bound to, in the same words for each kind of port. */
public final class BindFailure {

    private BindFailure() { }

    /** By the message of the system's error, for all that libraries pass on of its kind. */
    public static boolean isInUse(Throwable cause) {
        return message(cause).contains("in use");
    }

    /** For the operator. */
    public static String words(Throwable cause) {
        if (isInUse(cause)) {
            return "address already in use";
        }
        if (message(cause).contains("permission denied")) {
            return "permission denied (ports below 1024 need a privilege)";
        }
        return message(cause).contains("assign") ? "this machine has no such address"
                : String.valueOf(cause.getMessage());
    }

    private static String message(Throwable cause) {
        return String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    }
}

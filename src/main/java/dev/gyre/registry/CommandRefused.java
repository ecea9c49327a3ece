package dev.gyre.registry;

/** A command that was not carried out, with a message for its caller. Carries no stack trace. */
public final class CommandRefused extends Exception {

    private final int code;

    /** @param code as in HTTP: 400 malformed, 404 unknown, 409 conflict, 503 cannot be made durable now */
    public CommandRefused(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    public int code() {
        return code;
    }
}

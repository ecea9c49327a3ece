package dev.gyre.gate;

import java.util.Locale;

/** Why a backend may take a client's field for something that is not the client's to say. */
public enum Claim {
    LOOK_ALIKE("CGI takes its name for that of a field which this node writes or which frames the message"),
    PROXY("CGI programs take Proxy for their own setting");

    private final String reason;

    Claim(String reason) {
        this.reason = reason;
    }

    /** The word for log fields and labels, e.g. {@code look-alike}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** For the log. */
    public String reason() {
        return reason;
    }

    /** What becomes of such fields. */
    public interface Judge {

        /** Of answers, which no backend reads. */
        Judge LENIENT = (claim, name) -> true;

        /**
         * Whether the field stays with its message.
         *
         * @throws Refused when the message cannot be taken with it
         */
        boolean passes(Claim claim, CharSequence name);
    }
}

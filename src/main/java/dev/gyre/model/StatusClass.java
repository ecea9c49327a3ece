package dev.gyre.model;

/** What the first digit of a status says (RFC 9110, section 15). */
public enum StatusClass {
    /** No head of an answer was sent. */
    NONE("none"),
    INFORMATIONAL("1xx"),
    SUCCESSFUL("2xx"),
    REDIRECTION("3xx"),
    CLIENT_ERROR("4xx"),
    SERVER_ERROR("5xx");

    private static final StatusClass[] ALL = values();

    private final String word;

    StatusClass(String word) {
        this.word = word;
    }

    /** The word for labels, e.g. {@code 2xx}. */
    public String word() {
        return word;
    }

    /**
     * A status of no class counts as an error of the server, as recipients are to treat it.
     *
     * @param status of three digits; 0: none was sent
     */
    public static StatusClass of(int status) {
        return ALL[Math.min(status / 100, SERVER_ERROR.ordinal())];
    }
}

package dev.gyre.model;

/** What a node answers by itself, as its listener's settings say, before any route. */
public enum NodeAnswer {
    /** The client is sent to the same address under https. */
    REDIRECT("redirected"),
    /** The answer to an ACME challenge (RFC 8555, section 8.3), or that there is none. */
    ACME_CHALLENGE("acme-challenge");

    private final String word;

    NodeAnswer(String word) {
        this.word = word;
    }

    /** For labels and log fields. */
    public String word() {
        return word;
    }
}

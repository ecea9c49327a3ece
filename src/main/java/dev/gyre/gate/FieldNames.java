package dev.gyre.gate;

import io.netty.util.AsciiString;

/** The field names of one message, checked as the decoder comes upon them. */
final class FieldNames {

    private static final boolean[] TOKEN = new boolean[256];

    static {
        for (char c = '!'; c <= '~'; c++) {
            TOKEN[c] = "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
        }
    }

    private final KnownNames known;
    private final int most;
    private final Claim.Judge claims;
    private int fields;
    private boolean trailers;
    private int lengths;
    private int codings;
    private int hosts;
    private int connections;

    /**
     * @param known  those of this event loop
     * @param most   fields in one head, and among its trailers
     * @param claims judges names that a backend may take for others
     */
    FieldNames(KnownNames known, int most, Claim.Judge claims) {
        this.known = known;
        this.most = most;
        this.claims = claims;
    }

    /** A message begins. */
    void begin() {
        fields = 0;
        trailers = false;
        lengths = 0;
        codings = 0;
        hosts = 0;
        connections = 0;
    }

    /**
     * @param inHead and not among the trailers, which say nothing about framing
     * @return the name; null when the field is to be left out, as Netty's decoder understands it
     * @throws Refused when it is none, or one too many, or may not stand beside those before it
     */
    AsciiString take(byte[] line, int start, int length, boolean inHead) {
        AsciiString name = known.take(line, start, length);
        if (!inHead && !trailers) {
            trailers = true;
            fields = 0;
        }
        if (++fields > most) {
            throw Rule.FIELD_COUNT.refused();
        }
        if (inHead) {
            count(line, start, length);
            // Of trailers no backend hears.
            if (known.claims(name) && !claims.passes(known.claim(), name)) {
                return null;
            }
        }
        return name;
    }

    /** How many there were so far, in the head or, once they have begun, among the trailers. */
    int fields() {
        return fields;
    }

    /** How often Host has been among them. */
    int hosts() {
        return hosts;
    }

    /** How often Connection has been among them. */
    int connections() {
        return connections;
    }

    private void count(byte[] line, int start, int length) {
        switch (length) {
            case 4 -> hosts += same(line, start, "host") ? 1 : 0;
            case 10 -> connections += same(line, start, "connection") ? 1 : 0;
            case 14 -> lengths += same(line, start, "content-length") ? 1 : 0;
            case 17 -> codings += same(line, start, "transfer-encoding") ? 1 : 0;
            case 18 -> {
                if (same(line, start, "sec-websocket-key1") || same(line, start, "sec-websocket-key2")) {
                    throw Rule.HIDDEN_BODY.refused();
                }
                return;
            }
            default -> {
                return;
            }
        }
        // In HTTP/1.0 Netty takes the first of several for the only one; without a body it compares nothing.
        if (lengths > 1) {
            throw Rule.LENGTH_TWICE.refused();
        }
        if (lengths > 0 && codings > 0) {
            throw Rule.CODING_AND_LENGTH.refused();
        }
    }

    /** RFC 9110, section 5.6.2 */
    static boolean isToken(byte[] text, int start, int length) {
        for (int i = start; i < start + length; i++) {
            if (!TOKEN[text[i] & 0xff]) {
                return false;
            }
        }
        return length > 0;
    }

    static boolean isTokenByte(byte b) {
        return TOKEN[b & 0xff];
    }

    private static boolean same(byte[] line, int start, String lowerCase) {
        for (int i = 0; i < lowerCase.length(); i++) {
            // Both cases of a letter differ in this bit only; a token has no other pair that matters here.
            if ((line[start + i] | 0x20) != (lowerCase.charAt(i) | 0x20)) {
                return false;
            }
        }
        return true;
    }
}

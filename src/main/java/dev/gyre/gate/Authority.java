package dev.gyre.gate;

/**
 * {@code uri-host [ ":" port ]} (RFC 9110, section 7.2). Of the names that RFC 3986 allows only those are
 * taken that can be a host's: no escapes and no sub-delimiters, so that no host has a second spelling by
 * which it would pass its routes.
 */
public final class Authority {

    private static final int MAX_PORT = 65_535;

    private Authority() {
    }

    /** An empty one is none. */
    public static boolean isValid(String text) {
        int end = text.startsWith("[") ? endOfAddress(text) : endOfName(text);
        return end > 0 && (end == text.length() || text.charAt(end) == ':' && isPort(text, end + 1));
    }

    /** After the bracket that closes an IPv6 address, or 0. */
    private static int endOfAddress(String text) {
        int colons = 0;
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == ']') {
                return colons >= 2 ? i + 1 : 0;
            }
            if (c == ':') {
                colons++;
            } else if (c != '.' && Character.digit(c, 16) < 0) {
                return 0;
            }
        }
        return 0;
    }

    /** After the last character of a name, or 0 when it has an empty label before its end. */
    private static int endOfName(String text) {
        boolean labelBegun = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.') {
                if (!labelBegun) {
                    return 0;
                }
                labelBegun = false;
            } else if (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c >= 'A' && c <= 'Z'
                    || c == '_' || c == '~') {
                labelBegun = true;
            } else {
                return i;
            }
        }
        return text.length();
    }

    /** An empty one is the default. */
    private static boolean isPort(String text, int from) {
        int port = 0;
        for (int i = from; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            port = port * 10 + digit;
            if (digit < 0 || digit > 9 || port > MAX_PORT) {
                return false;
            }
        }
        return true;
    }
}

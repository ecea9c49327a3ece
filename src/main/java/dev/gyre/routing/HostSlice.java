package dev.gyre.routing;

/**
 * Where in a Host header the name stands: without port, without the brackets of an IPv6 address and without
 * the dot of a fully qualified name. What is no host at all, such as an unclosed bracket, is an empty slice.
 */
final class HostSlice {

    private HostSlice() {
    }

    static int from(String header) {
        return header.startsWith("[") ? 1 : 0;
    }

    /** The end of the name, never less than {@link #from}. */
    static int to(String header) {
        if (header.startsWith("[")) {
            return Math.max(1, header.indexOf(']'));
        }
        int colon = header.indexOf(':');
        int end = colon < 0 ? header.length() : colon;
        return end > 0 && header.charAt(end - 1) == '.' ? end - 1 : end;
    }

    static boolean hasUpperCase(String header, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = header.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                return true;
            }
        }
        return false;
    }
}

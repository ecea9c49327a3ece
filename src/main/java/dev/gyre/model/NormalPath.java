package dev.gyre.model;

/**
 * The path of a request target in the one form in which routes are compared, so that none can be passed by
 * spelling: escapes are decoded once (but those of {@code ?} and {@code %} itself), an escaped slash and a
 * backslash are slashes, path parameters ({@code ;v=1}) are left out, slashes in a row are one, and dot
 * segments are taken away (RFC 3986, section 5.2.4). Octets above 0x7f stand as one char each.
 *
 * @param text     begins with a slash; without query
 * @param spelling what recipients may make of the path as it was sent
 */
public record NormalPath(String text, Spelling spelling) {

    /** How sure it is that a backend reads a path in the same way. */
    public enum Spelling {
        /** All read it alike, but for double slashes and parameters, which lead to no other route. */
        PLAIN,
        /** With dot segments, a backslash or an escaped slash: some make the same of it as here, some not. */
        AMBIGUOUS,
        /** With a broken escape, an escaped control character or overlong UTF-8: no client means that. */
        BROKEN
    }

    /** The target is its own normal path, but for a query; so it is with nearly all. */
    public static boolean isNormal(String target) {
        char before = 0;
        for (int i = 0; i < target.length(); i++) {
            char c = target.charAt(i);
            if (c == '?') {
                return true;
            }
            if (c == '%' || c == ';' || c == '\\' || before == '/' && (c == '/' || c == '.')) {
                return false;
            }
            before = c;
        }
        return true;
    }

    /** @param target in origin form (RFC 9112, section 3.2.1), with or without query */
    public static NormalPath of(String target) {
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        if (isNormal(path)) {
            return new NormalPath(path, Spelling.PLAIN);
        }
        return new Normaliser(path).normal();
    }

    private static final class Normaliser {

        private final String path;
        private final StringBuilder text = new StringBuilder();
        /** Where in the text the present segment begins, after its slash. */
        private int segment;
        private boolean inParameter;
        private Spelling spelling = Spelling.PLAIN;

        Normaliser(String path) {
            this.path = path;
        }

        NormalPath normal() {
            for (int i = 0; i < path.length(); i++) {
                char c = path.charAt(i);
                if (c != '%') {
                    take(c, c == '\\');
                    continue;
                }
                int octet = octet(i);
                if (octet < ' ' || octet == 0x7f || isOverlong(octet, octet(i + 3))) {
                    return new NormalPath("/", Spelling.BROKEN);
                }
                i += 2;
                takeDecoded((char) octet);
            }
            endSegment();
            if (text.isEmpty()) {
                text.append('/');
            }
            return new NormalPath(text.toString(), spelling);
        }

        private void takeDecoded(char c) {
            switch (c) {
                case '/', '\\' -> take(c, true);
                case '?' -> append("%3F");
                case '%' -> append("%25");
                // What ends a name in its plain form only.
                case ';' -> append(";");
                default -> take(c, false);
            }
        }

        private void take(char c, boolean ambiguous) {
            if (ambiguous) {
                spelling = Spelling.AMBIGUOUS;
            }
            if (c == '/' || c == '\\') {
                endSegment();
                inParameter = false;
                if (text.isEmpty() || text.charAt(text.length() - 1) != '/') {
                    text.append('/');
                }
                segment = text.length();
            } else if (c == ';') {
                inParameter = true;
            } else {
                append(String.valueOf(c));
            }
        }

        private void append(String decoded) {
            if (!inParameter) {
                text.append(decoded);
            }
        }

        /** RFC 3986, section 5.2.4: a dot segment goes, of two dots with the one before it. */
        private void endSegment() {
            int dots = text.length() - segment;
            boolean dot = dots == 1 && text.charAt(segment) == '.';
            boolean dotDot = dots == 2 && text.charAt(segment) == '.' && text.charAt(segment + 1) == '.';
            if (!dot && !dotDot) {
                return;
            }
            spelling = Spelling.AMBIGUOUS;
            text.setLength(segment);
            if (dotDot && segment > 1) {
                text.setLength(text.lastIndexOf("/", segment - 2) + 1);
            }
            segment = text.length();
        }

        /** What the escape at this place stands for, or -1 when there is no whole one. */
        private int octet(int at) {
            if (at + 2 >= path.length() || path.charAt(at) != '%') {
                return -1;
            }
            int high = Character.digit(path.charAt(at + 1), 16);
            int low = Character.digit(path.charAt(at + 2), 16);
            return high < 0 || low < 0 ? -1 : high << 4 | low;
        }

        /** RFC 3629, section 3: a character in more octets than it needs, e.g. a slash as C0 AF. */
        private static boolean isOverlong(int first, int second) {
            boolean continues = second >= 0x80 && second < 0xc0;
            return first == 0xc0 || first == 0xc1 || continues && (first == 0xe0 && second < 0xa0
                    || first == 0xf0 && second < 0x90 || first == 0xf8 && second < 0x88
                    || first == 0xfc && second < 0x84);
        }
    }
}

package dev.gyre.gate;

import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The fields whose value is a list and decides something. Everything that asks for one of them asks here, so
 * that all read a list alike (RFC 9110, section 5.6.1): its elements stand in one line or in several, with
 * white space around them, and empty ones count for nothing. Vert.x takes a whole line of Connection for one
 * word.
 */
public enum ListField {
    CONNECTION("connection", ',', Enclosed.NOTHING),
    UPGRADE("upgrade", ',', Enclosed.NOTHING),
    /** An element can have parameters, whose values can be quoted, as those of the next two. */
    EXPECT("expect", ',', Enclosed.QUOTED),
    TRANSFER_ENCODING("transfer-encoding", ',', Enclosed.QUOTED),
    FORWARDED("forwarded", ',', Enclosed.QUOTED),
    VIA("via", ',', Enclosed.COMMENTS),
    X_FORWARDED_FOR("x-forwarded-for", ',', Enclosed.NOTHING),
    X_FORWARDED_PROTO("x-forwarded-proto", ',', Enclosed.NOTHING),
    X_FORWARDED_HOST("x-forwarded-host", ',', Enclosed.NOTHING),
    /** Quotes are part of a cookie's value, and a semicolon between them ends it all the same (RFC 6265). */
    COOKIE("cookie", ';', Enclosed.NOTHING);

    /** Where the separator separates nothing. */
    private enum Enclosed { NOTHING, QUOTED, COMMENTS }

    private final String key;
    private final CharSequence optimized;
    private final char separator;
    private final Enclosed enclosed;

    ListField(String key, char separator, Enclosed enclosed) {
        this.key = key;
        this.optimized = io.vertx.core.http.HttpHeaders.createOptimized(key);
        this.separator = separator;
        this.enclosed = enclosed;
    }

    /** The name of the field in lower case. */
    public String key() {
        return key;
    }

    /** Each line of the field as it came, in the order of the message. */
    public List<String> lines(MultiMap fields) {
        return fields.get(optimized) == null ? List.of() : fields.getAll(optimized);
    }

    /** As {@link #lines(MultiMap)}, of fields as they were decoded. */
    public List<String> lines(HttpHeaders fields) {
        return fields.get(optimized) == null ? List.of() : fields.getAll(optimized);
    }

    /** The first line; null when there is none. */
    String first(HttpHeaders fields) {
        return fields.get(optimized);
    }

    /** The elements that are not empty, without the white space around them, in the order of the message. */
    public List<String> of(MultiMap fields) {
        return elements(lines(fields));
    }

    /** As {@link #of(MultiMap)}, of fields as they were decoded. */
    public List<String> of(HttpHeaders fields) {
        return elements(lines(fields));
    }

    /** What {@link #of(MultiMap)} says, of lines that were asked for before. */
    public List<String> elements(List<String> lines) {
        if (lines.isEmpty()) {
            return List.of();
        }
        List<String> elements = new ArrayList<>();
        for (String line : lines) {
            addElements(line, elements);
        }
        return Collections.unmodifiableList(elements);
    }

    /** There is such an element, in upper or lower case. */
    public boolean has(List<String> lines, String element) {
        for (String line : lines) {
            Enclosed in = enclosedIn(line);
            int end;
            for (int from = 0; from <= line.length(); from = end + 1) {
                end = end(line, from, in);
                int first = afterSpace(line, from, end);
                if (first < end && beforeSpace(line, first, end) - first == element.length()
                        && line.regionMatches(true, first, element, 0, element.length())) {
                    return true;
                }
            }
        }
        return false;
    }

    /** There is nothing else in the field, not even an empty element. */
    public boolean isExactly(List<String> lines, String element) {
        return lines.size() == 1 && lines.get(0).equalsIgnoreCase(element);
    }

    private void addElements(String line, List<String> to) {
        Enclosed in = enclosedIn(line);
        int end;
        for (int from = 0; from <= line.length(); from = end + 1) {
            end = end(line, from, in);
            int first = afterSpace(line, from, end);
            if (first < end) {
                to.add(line.substring(first, beforeSpace(line, first, end)));
            }
        }
    }

    private static int afterSpace(String line, int from, int end) {
        int first = from;
        while (first < end && isSpace(line.charAt(first))) {
            first++;
        }
        return first;
    }

    private static int beforeSpace(String line, int from, int end) {
        int last = end;
        while (last > from && isSpace(line.charAt(last - 1))) {
            last--;
        }
        return last;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t';
    }

    /**
     * In a line where something is opened and never closed, separators separate everywhere: else a client
     * could hide what proxies add to its line, and with it a loop.
     */
    private Enclosed enclosedIn(String line) {
        if (enclosed == Enclosed.NOTHING) {
            return enclosed;
        }
        int depth = 0;
        for (int i = 0; i < line.length(); i++) {
            if (line.charAt(i) == '\\' && depth > 0) {
                i++;
            } else {
                depth = depth(depth, line.charAt(i), enclosed);
            }
        }
        return depth == 0 ? enclosed : Enclosed.NOTHING;
    }

    /** Where the element that begins there ends. */
    private int end(String line, int from, Enclosed in) {
        int depth = 0;
        for (int i = from; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == separator && depth == 0) {
                return i;
            }
            if (c == '\\' && depth > 0) {
                i++;
            } else {
                depth = depth(depth, c, in);
            }
        }
        return line.length();
    }

    private static int depth(int before, char c, Enclosed in) {
        return switch (in) {
            case NOTHING -> 0;
            case QUOTED -> c == '"' ? 1 - before : before;
            case COMMENTS -> c == '(' ? before + 1 : c == ')' && before > 0 ? before - 1 : before;
        };
    }
}

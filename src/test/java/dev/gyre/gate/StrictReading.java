package dev.gyre.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The requests in a client's bytes, as RFC 9112 has them and with nothing repaired: up to the first that is
 * malformed or not complete. Written for clarity, apart from anything in Gyre.
 */
public final class StrictReading {

    private static final String TOKEN = "[!#-'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern START = Pattern.compile("(" + TOKEN + ") ([!-~]+) HTTP/1\\.([01])");
    private static final Pattern FIELD =
            Pattern.compile("(" + TOKEN + "):[ \\t]*([\\t -~\\x80-\\xff]*?)[ \\t]*");
    private static final Pattern ABSOLUTE = Pattern.compile("(?i)https?://[^/?#]+(.*)");
    private static final String SPACE = "[ \\t]*";
    private static final Pattern SIZE = Pattern.compile("(0*[0-9A-Fa-f]{1,15})(?:" + SPACE + ";" + SPACE
            + TOKEN
            + "(?:" + SPACE + "=" + SPACE + "(?:" + TOKEN
            + "|\"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*\"))?)*");

    private static final class Malformed extends Exception {
    }

    private final String bytes;
    private int at;

    private StrictReading(String bytes) {
        this.bytes = bytes;
    }

    /** Each as start line, a bar and body; what a server answers by itself is left out. */
    public static List<String> of(String bytes) {
        StrictReading reading = new StrictReading(bytes);
        List<String> requests = new ArrayList<>();
        try {
            while (true) {
                String request = reading.request();
                if (!request.startsWith("OPTIONS * ")) {
                    requests.add(request);
                }
            }
        } catch (Malformed e) {
            return requests;
        }
    }

    private String request() throws Malformed {
        while (bytes.startsWith("\r\n", at)) {
            at += 2;
        }
        Matcher start = match(START, line());
        boolean old = start.group(3).equals("0");
        List<String> lengths = new ArrayList<>();
        List<String> codings = new ArrayList<>();
        int hosts = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            Matcher field = match(FIELD, line);
            switch (field.group(1).toLowerCase()) {
                case "content-length" -> lengths.add(field.group(2));
                case "transfer-encoding" -> codings.add(field.group(2));
                case "host" -> hosts++;
                default -> { }
            }
        }
        require(hosts == 1 || hosts == 0 && old);
        require(lengths.size() + codings.size() <= 1);
        String body = "";
        if (!codings.isEmpty()) {
            require(!old && codings.get(0).equalsIgnoreCase("chunked"));
            body = chunks();
        } else if (!lengths.isEmpty()) {
            require(lengths.get(0).matches("0*[0-9]{1,15}"));
            body = take(Long.parseLong(lengths.get(0)));
        }
        return start.group(1) + " " + target(start.group(1), start.group(2)) + " HTTP/1.1|" + body;
    }

    private static String target(String method, String target) throws Malformed {
        Matcher absolute = ABSOLUTE.matcher(target);
        if (absolute.matches()) {
            String rest = absolute.group(1);
            return rest.startsWith("/") ? rest : rest.isEmpty() && method.equals("OPTIONS") ? "*" : "/"
                + rest;
        }
        require(target.startsWith("/") || target.equals("*"));
        return target;
    }

    private String chunks() throws Malformed {
        StringBuilder body = new StringBuilder();
        while (true) {
            long size = Long.parseLong(match(SIZE, line()).group(1), 16);
            if (size == 0) {
                for (String trailer = line(); !trailer.isEmpty(); trailer = line()) {
                    match(FIELD, trailer);
                }
                return body.toString();
            }
            body.append(take(size));
            require(take(2).equals("\r\n"));
        }
    }

    private String line() throws Malformed {
        int end = bytes.indexOf('\n', at);
        require(end > at && bytes.charAt(end - 1) == '\r');
        String line = bytes.substring(at, end - 1);
        at = end + 1;
        return line;
    }

    private String take(long length) throws Malformed {
        require(length <= bytes.length() - at);
        at += (int) length;
        return bytes.substring(at - (int) length, at);
    }

    private static Matcher match(Pattern form, String text) throws Malformed {
        Matcher matcher = form.matcher(text);
        require(matcher.matches());
        return matcher;
    }

    private static void require(boolean wellFormed) throws Malformed {
        if (!wellFormed) {
            throw new Malformed();
        }
    }
}

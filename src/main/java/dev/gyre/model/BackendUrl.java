package dev.gyre.model;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a backend listens and how it is spoken to; its text form, {@code scheme://host:port} or
 * {@code unix:/path}, is the backend's name within its service, on disk and between nodes too.
 *
 * @param host lower-case name or address, an IPv6 address without brackets; the path of a Unix socket
 * @param port 1..65535; 0 for a Unix socket
 */
public record BackendUrl(Scheme scheme, String host, int port) implements Comparable<BackendUrl> {

    /** What {@link #parse} expects, for messages. */
    public static final String FORMS = "http://host:port, https://host:port or unix:/path";

    /** In characters; a longer text holds a longer name than there may be. */
    private static final int LONGEST = 300;
    private static final String LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?";
    private static final Pattern FORM = Pattern.compile("(?i:http(s?))://"
            + "(\\[[^]/?#@]+]|" + LABEL + "(?:[.]" + LABEL + ")*[.]?)(?::(\\d*))?/?");
    private static final String SEGMENT = "/(?![.]{1,2}(?:/|$))[A-Za-z0-9._~+=,:-]+";
    /** One text for one socket, so that no two backends are the same. */
    private static final Pattern UNIX_FORM = Pattern.compile("unix:((?:" + SEGMENT + ")+)");
    /** In bytes, of the path of a socket; the kernel takes no more. */
    private static final int LONGEST_PATH = 107;
    /** Some readers take a name whose last label is a number for an address. */
    private static final Pattern NUMBER_LAST = Pattern.compile("(?:^|[.])\\d+[.]?$");

    public BackendUrl {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("host is empty (expected: a name or an address)");
        }
        if (scheme == Scheme.UNIX ? port != 0 : port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port: " + port + " (expected: 1..65535)");
        }
        host = scheme == Scheme.UNIX ? host : host.toLowerCase(Locale.ROOT);
    }

    /** In clear text. */
    public BackendUrl(String host, int port) {
        this(Scheme.HTTP, host, port);
    }

    /**
     * Reads {@code http://host[:port]}, {@code https://host[:port]} and {@code unix:/path}; the port defaults
     * to 80 and 443. A name may have underscores, as those of containers do: {@link java.net.URI} knows no
     * such host, so that only addresses in brackets are read by it.
     *
     * @throws IllegalArgumentException with a message for the operator: what was found and what was expected
     */
    public static BackendUrl parse(String text) {
        if (text.length() > LONGEST) {
            throw tooLong(text);
        }
        if (text.startsWith("unix:")) {
            return unix(text);
        }
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(expected(text));
        }
        Scheme scheme = form.group(1).isEmpty() ? Scheme.HTTP : Scheme.HTTPS;
        String host = form.group(2);
        if (host.length() > 253 || host.matches("(.*[.])?[^.]{64}.*")) {
            throw tooLong(text);
        }
        if (host.startsWith("[")) {
            host = v6(host, text);
        } else if (NUMBER_LAST.matcher(host).find() && !isV4(host)) {
            throw new IllegalArgumentException("\"" + text + "\": no IPv4 address, and no name ends with"
                    + " a number (expected: " + FORMS + ")");
        }
        return new BackendUrl(scheme, host, port(form.group(3), scheme, text));
    }

    private static BackendUrl unix(String text) {
        Matcher form = UNIX_FORM.matcher(text);
        if (!form.matches() || form.group(1).length() > LONGEST_PATH) {
            throw new IllegalArgumentException("\"" + text + "\" (expected: unix: and an absolute path of at"
                    + " most " + LONGEST_PATH + " letters, digits and any of ._~+=,:- between slashes,"
                    + " without . and ..)");
        }
        return new BackendUrl(Scheme.UNIX, form.group(1), 0);
    }

    private static IllegalArgumentException tooLong(String text) {
        return new IllegalArgumentException("\"" + text + "\": too long a name"
                + " (expected: at most 253 characters, 63 between two dots)");
    }

    private static int port(String digits, Scheme scheme, String text) {
        if (digits == null || digits.isEmpty()) {
            return scheme.port();
        }
        String port = digits.replaceFirst("^0+(?=.)", "");
        if (port.length() > 5 || port.equals("0") || Integer.parseInt(port) > 65_535) {
            throw new IllegalArgumentException("\"" + text + "\": port " + port + " (expected: 1..65535)");
        }
        return Integer.parseInt(port);
    }

    /** The address without its brackets. */
    private static String v6(String bracketed, String text) {
        try {
            if (new URI("http://" + bracketed).getHost() == null) {
                throw new IllegalArgumentException(expected(text));
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(expected(text));
        }
        return bracketed.substring(1, bracketed.length() - 1);
    }

    private static String expected(String text) {
        return "\"" + text + "\" (expected: " + FORMS + ", without path or query)";
    }

    /** The host is a name, to be looked up, and no IPv4 or IPv6 address. */
    public boolean isNamed() {
        return scheme != Scheme.UNIX && host.indexOf(':') < 0 && !isV4(host);
    }

    /** Without a pattern, as it is asked of each backend at each change. */
    private static boolean isV4(String host) {
        int dots = 0;
        int digits = 0;
        int value = 0;
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c == '.' && digits > 0) {
                dots++;
                digits = 0;
                value = 0;
            } else if (c >= '0' && c <= '9' && ++digits <= 3) {
                value = value * 10 + c - '0';
            } else {
                return false;
            }
            if (value > 255) {
                return false;
            }
        }
        return dots == 3 && digits > 0;
    }

    /**
     * {@code host:port}, as it stands in a Host header, where the zone of an address says nothing;
     * {@code localhost} for a Unix socket.
     */
    public String authority() {
        if (scheme == Scheme.UNIX) {
            return "localhost";
        }
        int zone = host.indexOf('%');
        return authority(zone < 0 ? host : host.substring(0, zone));
    }

    private String authority(String named) {
        return (named.indexOf(':') >= 0 ? "[" + named + "]" : named) + ":" + port;
    }

    @Override
    public int compareTo(BackendUrl other) {
        int byHost = host.compareTo(other.host);
        int byPort = byHost != 0 ? byHost : Integer.compare(port, other.port);
        return byPort != 0 ? byPort : scheme.compareTo(other.scheme);
    }

    @Override
    public String toString() {
        return scheme == Scheme.UNIX ? "unix:" + host : scheme.word() + "://" + authority(host);
    }
}

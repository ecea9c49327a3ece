package dev.gyre.model;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where a backend listens; its text form {@code http://host:port} is the backend's name within its service.
 *
 * @param host lower-case name or address, an IPv6 address without brackets
 * @param port 1..65535
 */
public record BackendUrl(String host, int port) implements Comparable<BackendUrl> {


    public BackendUrl {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("host is empty (expected: a name or an address)");
        }
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port: " + port + " (expected: 1..65535)");
        }
        host = host.toLowerCase(Locale.ROOT);
    }

    /**
     * Reads {@code http://host[:port]}; the port defaults to 80.
     *
     * @throws IllegalArgumentException with a message for the operator: what was found and what was expected
     */
    public static BackendUrl parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(expected(text));
        }
        if ("https".equalsIgnoreCase(uri.getScheme())) {
            throw new IllegalArgumentException("\"" + text + "\": TLS to backends is not supported"
                    + " (expected: http://host:port)");
        }
        boolean onlyAuthority = uri.getRawUserInfo() == null && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && (uri.getRawPath() == null || uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"));
        if (!"http".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null || !onlyAuthority) {
            throw new IllegalArgumentException(expected(text));
        }
        int port = uri.getPort() == -1 ? 80 : uri.getPort();
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("\"" + text + "\": port " + port + " (expected: 1..65535)");
        }
        String host = uri.getHost();
        if (host.length() > 253 || host.matches("(.*[.])?[^.]{64}.*")) {
            throw new IllegalArgumentException("\"" + text + "\": too long a name"
                    + " (expected: at most 253 characters, 63 between two dots)");
        }
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        return new BackendUrl(host, port);
    }

    private static String expected(String text) {
        return "\"" + text + "\" (expected: http://host:port, without path or query)";
    }

    /** The host is a name, to be looked up, and no IPv4 or IPv6 address. */
    public boolean isNamed() {
        return host.indexOf(':') < 0 && !isV4(host);
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

    /** {@code host:port}, as it stands in a Host header. */
    public String authority() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public int compareTo(BackendUrl other) {
        int byHost = host.compareTo(other.host);
        return byHost != 0 ? byHost : Integer.compare(port, other.port);
    }

    @Override
    public String toString() {
        return "http://" + authority();
    }
}

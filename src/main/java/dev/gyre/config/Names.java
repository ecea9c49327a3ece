package dev.gyre.config;

import java.util.Optional;
import java.util.regex.Pattern;

/** The forms that names in config and commands may take. */
public final class Names {

    private static final String LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
    private static final Pattern SERVICE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final Pattern ROUTE_HOST =
            Pattern.compile("\\*|(?:\\*\\.)?" + LABEL + "(?:\\." + LABEL + ")*|\\[[0-9a-f:.]+]");
    private static final Pattern HOST =
            Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252})|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%\\w+)?");
    private static final Pattern MEMBER =
            Pattern.compile("(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,252}|\\[[0-9A-Fa-f:.]+])(?::(\\d{1,5}))?"
                    + "|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    private static final Pattern PATH = Pattern.compile("/[\\x21\\x22\\x24-\\x29\\x2b-\\x3e\\x40-\\x7e]*\\*?");

    private Names() { }

    /** A service's name: 1..63 letters, digits, {@code . _ -}, the first a letter or digit. */
    public static Optional<ConfigError> service(String path, String name) {
        return SERVICE.matcher(name).matches() ? Optional.empty() : Optional.of(ConfigError.of(path,
                Value.describe(name) + " cannot name a service",
                "1..63 letters, digits, \".\", \"_\" or \"-\", the first a letter or digit"));
    }

    /** An address or name that a port can be bound to. */
    static boolean isHost(String text) {
        return HOST.matcher(text).matches();
    }

    /** A host, with or without a port. */
    static boolean isMember(String text) {
        var member = MEMBER.matcher(text);
        if (!member.matches()) {
            return false;
        }
        int port = member.group(1) == null ? 1 : Integer.parseInt(member.group(1));
        return port >= 1 && port <= 65_535;
    }

    static boolean isRouteHost(String lowerCase) {
        return lowerCase.length() <= 255 && ROUTE_HOST.matcher(lowerCase).matches();
    }

    static boolean isRoutePath(String text) {
        return PATH.matcher(text).matches() && (!text.endsWith("*") || text.endsWith("/*"));
    }
}

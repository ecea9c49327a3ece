package dev.gyre.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The forms that names in config and commands may take. */
public final class Names {

    private static final String LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
    private static final Pattern SERVICE = Pattern.compile(SettingsTable.NAME);
    private static final String ZONE_FORM =
            "a zone: 1..63 letters, digits, \".\", \"_\" or \"-\", the first a letter or digit";
    private static final Pattern NAME = Pattern.compile(LABEL + "(?:\\." + LABEL + ")*");
    private static final Pattern HOST_AND_PORT = Pattern.compile("(\\[[^]]*]|[^:]*)(?::(\\d{1,5}))?");
    private static final Pattern PATH =
            Pattern.compile("/[\\x21\\x22\\x24-\\x29\\x2b-\\x3e\\x40-\\x7e]*\\*?");

    /** No request line may be longer. */
    private static final int LONGEST_PATH = 65_536;

    private Names() { }

    /** A service's name: 1..63 letters, digits, {@code . _ -}, the first a letter or digit. */
    public static Optional<ConfigError> service(String path, String name) {
        return SERVICE.matcher(name).matches() ? Optional.empty() : Optional.of(ConfigError.of(path,
                Value.describe(name) + " cannot name a service",
                "1..63 letters, digits, \".\", \"_\" or \"-\", the first a letter or digit"));
    }

    /** A zone's name, by the same rule. */
    public static Optional<ConfigError> zone(String path, String name) {
        return SERVICE.matcher(name).matches() ? Optional.empty()
                : Optional.of(ConfigError.of(path, Value.describe(name), ZONE_FORM));
    }

    /** An address or a name, without brackets or port. */
    static boolean isHost(String text) {
        boolean name = text.length() <= 253 && NAME.matcher(text.toLowerCase(Locale.ROOT)).matches();
        return name || text.indexOf('/') < 0 && Network.parse(text).isPresent();
    }

    /** A host, with or without a port; an IPv6 address in brackets when it has one. */
    static boolean isMember(String text) {
        Matcher form = HOST_AND_PORT.matcher(text);
        if (!form.matches()) {
            return isHost(text);
        }
        int port = form.group(2) == null ? 1 : Integer.parseInt(form.group(2));
        return port >= 1 && port <= 65_535 && (isBracketed(form.group(1)) || isHost(form.group(1)));
    }

    static boolean isRouteHost(String lowerCase) {
        String host = lowerCase.startsWith("*.") ? lowerCase.substring(2) : lowerCase;
        return lowerCase.equals("*") || isBracketed(host) || host.indexOf(':') < 0 && isHost(host);
    }

    private static boolean isBracketed(String text) {
        return text.startsWith("[") && text.endsWith("]") && text.indexOf(':') > 0
                && isHost(text.substring(1, text.length() - 1));
    }

    static boolean isRoutePath(String text) {
        return text.length() <= LONGEST_PATH && PATH.matcher(text).matches()
                && (!text.endsWith("*") || text.endsWith("/*"));
    }
}

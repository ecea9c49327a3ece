package dev.gyre.gate;

import io.netty.util.AsciiString;
import java.util.Locale;

/** Names of request fields that are not the client's to choose, and those that a backend takes for them. */
public final class ReservedNames {

    private static final String X_FORWARDED = "x-forwarded-";

    private ReservedNames() {
    }

    /** Fields that speak of one connection and never cross a proxy (RFC 9110, section 7.6.1). */
    public static boolean hopByHop(CharSequence name) {
        // The length alone rules out nearly every field, so that no comparison is made for it.
        return switch (name.length()) {
            case 2 -> same(name, "te");
            case 7 -> same(name, "upgrade");
            case 10 -> same(name, "connection") || same(name, "keep-alive");
            case 14 -> same(name, "http2-settings");
            case 16 -> same(name, "proxy-connection");
            case 17 -> same(name, "transfer-encoding");
            case 18 -> same(name, "proxy-authenticate");
            case 19 -> same(name, "proxy-authorization");
            default -> false;
        };
    }

    /** Any of the fields by which proxies tell of the client. */
    public static boolean xForwarded(CharSequence name) {
        return name.length() > X_FORWARDED.length()
                && AsciiString.regionMatches(name, true, 0, X_FORWARDED, 0, X_FORWARDED.length());
    }

    /**
     * Any of the fields that tell a backend of the certificate that a client has presented. Only this node's
     * own TLS says so: they are taken from no client, not even a trusted one.
     */
    public static boolean clientCertificate(CharSequence name) {
        return switch (name.length()) {
            case 11 -> same(name, "client-cert");
            case 12 -> same(name, "x-client-san");
            case 15 -> same(name, "x-client-issuer") || same(name, "x-client-serial")
                    || same(name, "x-client-verify");
            case 16 -> same(name, "x-client-subject");
            case 17 -> same(name, "client-cert-chain");
            case 20 -> same(name, "x-client-fingerprint");
            default -> false;
        };
    }

    /**
     * Not reserved itself, but taken for a reserved one by CGI (RFC 3875, section 4.1.18), where every
     * character but letters and digits becomes {@code _}: {@code X_Forwarded_For}, {@code Content.Length}.
     */
    static boolean imitation(CharSequence name) {
        boolean plain = true;
        for (int i = 0; i < name.length() && plain; i++) {
            plain = plain(name.charAt(i));
        }
        return !plain && reserved(dashed(name));
    }

    private static boolean plain(char c) {
        return c == '-' || Character.isLetterOrDigit(c);
    }

    private static String dashed(CharSequence name) {
        StringBuilder dashed = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            dashed.append(plain(name.charAt(i)) ? name.charAt(i) : '-');
        }
        return dashed.toString().toLowerCase(Locale.ROOT);
    }

    /** What CGI makes of it is the variable that many libraries take for the proxy to use ("httpoxy"). */
    static boolean proxy(CharSequence name) {
        return same(name, "proxy");
    }

    private static boolean reserved(String name) {
        return name.equals("content-length") || hopByHop(name) || xForwarded(name) || clientCertificate(name)
                || OwnField.contains(name);
    }

    private static boolean same(CharSequence name, String lowerCase) {
        return AsciiString.contentEqualsIgnoreCase(name, lowerCase);
    }
}

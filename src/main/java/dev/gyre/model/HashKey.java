package dev.gyre.model;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The part of a request that decides where it goes.
 *
 * @param name of the header, cookie or query parameter; empty for the client's address
 */
public record HashKey(Source source, String name) {

    public static final HashKey CLIENT_ADDRESS = new HashKey(Source.CLIENT_ADDRESS, "");
    /** The forms that {@link #of} reads, for messages. */
    public static final String FORMS =
            "\"header:NAME\", \"cookie:NAME\", \"query:NAME\" or \"client-address\"";

    /** A token of RFC 9110, section 5.6.2, which is what names of headers and cookies are. */
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}");

    /** Where the key stands. */
    public enum Source {
        HEADER, COOKIE, QUERY,
        /** The address of the peer, or what a trusted peer says it is. */
        CLIENT_ADDRESS;

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Empty when the text has none of the {@link #FORMS}. */
    public static Optional<HashKey> of(String text) {
        if (text.equals(CLIENT_ADDRESS.text())) {
            return Optional.of(CLIENT_ADDRESS);
        }
        for (Source source : new Source[] {Source.HEADER, Source.COOKIE, Source.QUERY}) {
            String prefix = source.word() + ":";
            if (text.startsWith(prefix) && isToken(text.substring(prefix.length()))) {
                return Optional.of(new HashKey(source, text.substring(prefix.length())));
            }
        }
        return Optional.empty();
    }

    /** May name a header or a cookie. */
    public static boolean isToken(String text) {
        return TOKEN.matcher(text).matches();
    }

    /** The text that {@link #of} reads back. */
    public String text() {
        return source == Source.CLIENT_ADDRESS ? source.word() : source.word() + ":" + name;
    }
}

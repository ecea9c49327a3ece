package dev.gyre.proxy;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Which header fields speak of one connection only and therefore stay on it (RFC 9110, section 7.6.1). */
final class HopByHop {

    private static final List<String> NONE = List.of();

    private HopByHop() {
    }

    /**
     * The field names that the given Connection values nominate, in lower case.
     * Host and the framing of the message are not the sender's to take away from us.
     */
    static List<String> nominated(List<String> connectionValues) {
        if (connectionValues.isEmpty() || connectionValues.size() == 1 && ordinary(connectionValues.get(0))) {
            return NONE;
        }
        List<String> names = new ArrayList<>();
        for (String value : connectionValues) {
            for (String token : value.split(",")) {
                String name = token.trim().toLowerCase(Locale.ROOT);
                if (!name.isEmpty() && !name.equals("host") && !name.equals("content-length")) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    private static boolean ordinary(String value) {
        return same(value, "keep-alive") || same(value, "close");
    }

    static boolean contains(List<String> nominated, CharSequence name) {
        for (int i = 0; i < nominated.size(); i++) {
            if (same(name, nominated.get(i))) {
                return true;
            }
        }
        return false;
    }

    static boolean same(CharSequence name, String lowerCase) {
        return AsciiString.contentEqualsIgnoreCase(name, lowerCase);
    }
}

package dev.gyre.exchange;

import dev.gyre.gate.ListField;
import io.netty.util.AsciiString;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Which header fields speak of one connection only and therefore stay on it (RFC 9110, section 7.6.1). */
final class HopByHop {

    private static final Set<String> NONE = Set.of();

    private HopByHop() {
    }

    /**
     * The field names that the given Connection lines nominate, in lower case.
     * Host and the framing of the message are not the sender's to take away from us.
     */
    static Set<String> nominated(List<String> connectionLines) {
        if (connectionLines.isEmpty()
                || connectionLines.size() == 1 && ordinary(connectionLines.get(0))) {
            return NONE;
        }
        Set<String> names = new HashSet<>();
        for (String option : ListField.CONNECTION.elements(connectionLines)) {
            names.add(option.toLowerCase(Locale.ROOT));
        }
        names.remove("host");
        names.remove("content-length");
        return names;
    }

    private static boolean ordinary(String line) {
        return same(line, "keep-alive") || same(line, "close");
    }

    static boolean contains(Set<String> nominated, CharSequence name) {
        return !nominated.isEmpty() && nominated.contains(name.toString().toLowerCase(Locale.ROOT));
    }

    static boolean same(CharSequence name, String lowerCase) {
        return AsciiString.contentEqualsIgnoreCase(name, lowerCase);
    }
}

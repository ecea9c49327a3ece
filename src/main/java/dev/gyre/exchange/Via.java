package dev.gyre.exchange;

import dev.gyre.gate.ListField;
import dev.gyre.gate.OwnField;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.List;

/**
 * How this node names itself in Via (RFC 9110, section 7.6.3), and how it knows a request that it has sent on
 * before. The name is this node's alone: two nodes in a row are no loop.
 */
final class Via {

    private static final CharSequence FIELD = OwnField.VIA.text();

    private final String name;
    private final CharSequence old;
    private final CharSequence current;

    /** @param node id of this node: letters and digits */
    Via(String node) {
        this.name = "gyre-" + node;
        this.old = HttpHeaders.createOptimized("1.0 " + name);
        this.current = HttpHeaders.createOptimized("1.1 " + name);
    }

    /** @param isOld the message came as HTTP/1.0 */
    void addTo(MultiMap headers, boolean isOld) {
        headers.add(FIELD, isOld ? old : current);
    }

    /** Whether a request with these fields has gone through here before. */
    boolean isLoop(MultiMap headers) {
        List<String> lines = ListField.VIA.lines(headers);
        if (lines.isEmpty()) {
            return false;
        }
        for (String step : ListField.VIA.elements(lines)) {
            String[] words = step.split("[ \t]+", 3);
            if (words.length > 1 && words[1].equalsIgnoreCase(name)) {
                return true;
            }
        }
        return false;
    }
}

package dev.gyre.gate;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.List;

/** Whether a connection goes on after a message (RFC 9112, section 9.3). */
final class Persistence {

    private static final String CLOSE = "close";
    private static final String KEEP_ALIVE = "keep-alive";

    private Persistence() {
    }

    /**
     * Decides, and writes the decision into the message as a line of its own before all other lines of
     * Connection. Vert.x decides once more, compares whole lines only, and so comes to the same result.
     *
     * @param count of lines of Connection, which have been counted already
     * @return the connection goes on
     */
    static boolean settle(HttpMessage message, int count) {
        HttpHeaders fields = message.headers();
        if (count == 1) {
            // Nearly all messages with the field have one of these.
            String only = ListField.CONNECTION.first(fields);
            if (KEEP_ALIVE.equalsIgnoreCase(only)) {
                return true;
            }
            if (CLOSE.equalsIgnoreCase(only)) {
                return false;
            }
        }
        List<String> lines = ListField.CONNECTION.lines(fields);
        boolean goesOn = !ListField.CONNECTION.has(lines, CLOSE)
                && (message.protocolVersion() != HttpVersion.HTTP_1_0
                || ListField.CONNECTION.has(lines, KEEP_ALIVE));
        if (lines.size() > 1 || lines.size() == 1 && !decides(lines.get(0))) {
            List<String> decided = new ArrayList<>();
            decided.add(goesOn ? KEEP_ALIVE : CLOSE);
            lines.stream().filter(line -> !decides(line)).forEach(decided::add);
            fields.set(ListField.CONNECTION.key(), decided);
        }
        return goesOn;
    }

    private static boolean decides(String line) {
        return line.equalsIgnoreCase(CLOSE) || line.equalsIgnoreCase(KEEP_ALIVE);
    }
}

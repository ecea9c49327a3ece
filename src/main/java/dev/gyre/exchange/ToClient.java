package dev.gyre.exchange;

import dev.gyre.gate.ListField;
import dev.gyre.gate.ReservedNames;
import dev.gyre.loop.Loop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.MultiMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/** Writes the header fields of the answer that a client gets. */
final class ToClient {

    private final Via via;
    private final Loop loop;

    ToClient(Via via, Loop loop) {
        this.via = via;
        this.loop = loop;
    }

    /**
     * Passes on the backend's fields; Date is added where the backend sends none (RFC 9110, section 6.6.1).
     *
     * @param old      the backend's answer is one of HTTP/1.0
     * @param trailers the client will get the trailers, so that their announcement holds
     */
    void write(HttpHeaders from, boolean old, boolean trailers, MultiMap to) {
        if (!pass(from, trailers, to)) {
            to.add(HttpHeaderNames.DATE, loop.date());
        }
        via.addTo(to, old);
    }

    /** The same for an interim answer, which needs no Date and has no trailers. */
    void writeInterim(HttpHeaders from, MultiMap to) {
        pass(from, false, to);
        via.addTo(to, false);
    }

    /**
     * One pass over the backend's fields, leaving out what speaks of the backend's connection only.
     *
     * @return Date was among them
     */
    private static boolean pass(HttpHeaders from, boolean trailers, MultiMap to) {
        Set<String> nominated = HopByHop.nominated(ListField.CONNECTION.lines(from));
        boolean dated = false;
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = from.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            CharSequence name = field.getKey();
            if (!ReservedNames.hopByHop(name) && !HopByHop.contains(nominated, name)
                    && (trailers || !HopByHop.same(name, "trailer"))) {
                to.add(name, field.getValue());
                dated |= name.length() == 4 && HopByHop.same(name, "date");
            }
        }
        return dated;
    }
}

package dev.gyre.proxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.MultiMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Writes the header fields and trailers of the answer that a client gets. */
final class ToClient {

    private ToClient() {
    }

    /**
     * One pass over the backend's fields, leaving out what speaks of the backend's connection only.
     *
     * @param trailers the client will get the trailers, so that their announcement holds
     */
    static void write(HttpHeaders from, boolean trailers, MultiMap to) {
        List<String> nominated = HopByHop.nominated(from.getAll(HttpHeaderNames.CONNECTION));
        Iterator<Map.Entry<CharSequence, CharSequence>> fields = from.iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            CharSequence name = field.getKey();
            if (!HopByHop.is(name) && (nominated.isEmpty() || !HopByHop.contains(nominated, name))
                    && (trailers || !HopByHop.same(name, "trailer"))) {
                to.add(name, field.getValue());
            }
        }
        to.add(ToBackend.VIA, ToBackend.VIA_GYRE);
    }

    /** Trailers may say nothing about framing, routing or the connection (RFC 9110, section 6.5.1). */
    static void writeTrailers(MultiMap from, MultiMap to) {
        for (Map.Entry<String, String> field : from) {
            String name = field.getKey();
            if (!HopByHop.is(name) && !HopByHop.same(name, "content-length")
                    && !HopByHop.same(name, "trailer")) {
                to.add(name, field.getValue());
            }
        }
    }
}

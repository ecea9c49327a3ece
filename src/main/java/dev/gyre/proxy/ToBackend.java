package dev.gyre.proxy;

import dev.gyre.model.BackendUrl;
import dev.gyre.model.HostHeader;
import io.netty.util.AsciiString;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Writes the header fields of the request that a backend gets. */
final class ToBackend {

    static final CharSequence VIA = HttpHeaders.createOptimized("Via");
    static final CharSequence VIA_GYRE = HttpHeaders.createOptimized("1.1 gyre");
    private static final CharSequence FORWARDED = HttpHeaders.createOptimized("Forwarded");
    private static final CharSequence X_FORWARDED_FOR = HttpHeaders.createOptimized("X-Forwarded-For");
    private static final CharSequence X_FORWARDED_PROTO = HttpHeaders.createOptimized("X-Forwarded-Proto");
    private static final CharSequence X_FORWARDED_HOST = HttpHeaders.createOptimized("X-Forwarded-Host");
    private static final CharSequence HTTP = HttpHeaders.createOptimized("http");

    private final boolean writeForwarded;

    /** @param writeForwarded write Forwarded (RFC 7239) beside X-Forwarded-* */
    ToBackend(boolean writeForwarded) {
        this.writeForwarded = writeForwarded;
    }

    /**
     * One pass over the client's fields, leaving out what speaks of the client's connection only and what a
     * client may not say about itself; then this node's own.
     */
    void write(Peer client, MultiMap from, RequestHead head, String host, MultiMap to) {
        List<String> nominated = HopByHop.nominated(from.getAll(HttpHeaders.CONNECTION));
        Iterator<Map.Entry<CharSequence, CharSequence>> fields =
                ((io.netty.handler.codec.http.HttpHeaders) from).iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            CharSequence name = field.getKey();
            if (passes(name, head, client) && (nominated.isEmpty() || !HopByHop.contains(nominated, name))) {
                to.add(name, field.getValue());
            }
        }
        to.set(HttpHeaders.HOST, host);
        to.add(VIA, VIA_GYRE);
        forward(client, from, head, to);
    }

    private static boolean passes(CharSequence name, RequestHead head, Peer client) {
        if (HopByHop.is(name)) {
            return false;
        }
        return switch (name.length()) {
            case 4 -> !HopByHop.same(name, "host");
            case 6 -> !HopByHop.same(name, "expect") || head.expectsContinue();
            // Request trailers cannot be passed on, so they are not announced.
            case 7 -> !HopByHop.same(name, "trailer");
            case 9 -> !HopByHop.same(name, "forwarded") || client.trusted();
            // Written anew below, from the trusted ones where there are any.
            default -> name.length() < 14 || !startsWithXForwarded(name)
                    || client.trusted() && !HopByHop.same(name, "x-forwarded-for")
                    && !HopByHop.same(name, "x-forwarded-proto") && !HopByHop.same(name, "x-forwarded-host");
        };
    }

    private static boolean startsWithXForwarded(CharSequence name) {
        return AsciiString.regionMatches(name, true, 0, "x-forwarded-", 0, 12);
    }

    /** The Host that the backend is sent. */
    static String host(RequestHead head, HostHeader hostHeader, BackendUrl backend) {
        if (hostHeader instanceof HostHeader.Fixed fixed) {
            return fixed.value();
        }
        boolean ofBackend = hostHeader instanceof HostHeader.OfBackend || head.host().isEmpty();
        return ofBackend ? backend.authority() : head.host();
    }

    private void forward(Peer client, MultiMap from, RequestHead head, MultiMap to) {
        String earlier = client.trusted() ? String.join(", ", from.getAll(X_FORWARDED_FOR)) : "";
        to.add(X_FORWARDED_FOR, earlier.isEmpty() ? client.address() : earlier + ", " + client.address());
        String proto = client.trusted() ? from.get(X_FORWARDED_PROTO) : null;
        to.add(X_FORWARDED_PROTO, proto == null ? HTTP : proto);
        String host = client.trusted() ? from.get(X_FORWARDED_HOST) : null;
        if (host == null) {
            host = head.host();
        }
        if (!host.isEmpty()) {
            to.add(X_FORWARDED_HOST, host);
        }
        if (writeForwarded) {
            to.add(FORWARDED, forwarded(client, head));
        }
    }

    /** One element of RFC 7239, section 4. */
    private static String forwarded(Peer client, RequestHead head) {
        String address = client.address();
        String node = address.indexOf(':') >= 0 ? "\"[" + address + "]\"" : address;
        StringBuilder element = new StringBuilder("for=").append(node).append(";proto=http");
        if (!head.host().isEmpty()) {
            element.append(";host=").append(quoted(head.host()));
        }
        return element.toString();
    }

    private static String quoted(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}

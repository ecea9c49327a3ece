package dev.gyre.exchange;

import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.gate.ListField;
import dev.gyre.gate.OwnField;
import dev.gyre.gate.ReservedNames;
import dev.gyre.listener.ClientStream;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.HostHeader;
import dev.gyre.model.Peer;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/** Writes the header fields of the request that a backend gets. */
final class ToBackend {

    private static final CharSequence HOST = OwnField.HOST.text();
    private static final CharSequence MAX_FORWARDS = OwnField.MAX_FORWARDS.text();
    private static final CharSequence FORWARDED = OwnField.FORWARDED.text();
    private static final CharSequence X_FORWARDED_FOR = OwnField.X_FORWARDED_FOR.text();
    private static final CharSequence X_FORWARDED_PROTO = OwnField.X_FORWARDED_PROTO.text();
    private static final CharSequence X_FORWARDED_HOST = OwnField.X_FORWARDED_HOST.text();
    private static final CharSequence X_REAL_IP = OwnField.X_REAL_IP.text();
    private static final CharSequence HTTP = HttpHeaders.createOptimized("http");
    private static final CharSequence HTTPS = HttpHeaders.createOptimized("https");

    private final boolean writeForwarded;
    private final boolean writeRealIp;
    private final Via via;

    ToBackend(ForwardingSettings settings, Via via) {
        this.via = via;
        this.writeForwarded = settings.forwarded();
        this.writeRealIp = settings.realIp();
    }

    /** The fields for a client's request, and what its connection is known by. */
    void write(ClientStream client, RequestHead head, String host, MultiMap to) {
        Peer peer = client.peer();
        write(peer, client.headers(), client.version(), head, host, to);
        if (peer.tls().isPresent() && peer.tls().get().certificate().isPresent()) {
            CertificateFields.write(peer.tls().get().certificate().get(), client.rules().certificates(), to);
        }
    }

    /**
     * One pass over the client's fields, leaving out what speaks of the client's connection only and what a
     * client may not say about itself; then this node's own.
     */
    void write(Peer client, MultiMap from, HttpVersion version, RequestHead head, String host, MultiMap to) {
        Set<String> nominated = HopByHop.nominated(ListField.CONNECTION.lines(from));
        Iterator<Map.Entry<CharSequence, CharSequence>> fields =
                ((io.netty.handler.codec.http.HttpHeaders) from).iteratorCharSequence();
        while (fields.hasNext()) {
            Map.Entry<CharSequence, CharSequence> field = fields.next();
            CharSequence name = field.getKey();
            if (passes(name, head, client) && !HopByHop.contains(nominated, name)) {
                to.add(name, field.getValue());
            }
        }
        to.set(HOST, host);
        if (head.expectsContinue()) {
            to.add(HttpHeaders.EXPECT, HttpHeaders.CONTINUE);
        }
        via.addTo(to, version == HttpVersion.HTTP_1_0);
        if (head.maxForwards() > 0) {
            to.set(MAX_FORWARDS, Integer.toString(head.maxForwards() - 1));
        }
        forward(client, from, head, to);
    }

    private boolean passes(CharSequence name, RequestHead head, Peer client) {
        if (ReservedNames.hopByHop(name) || ReservedNames.clientCertificate(name)) {
            return false;
        }
        return switch (name.length()) {
            case 4 -> !HopByHop.same(name, "host");
            // write() adds one of its own, so that every backend reads it as this node did.
            case 6 -> !HopByHop.same(name, "expect");
            // Request trailers cannot be passed on, so they are not announced.
            case 7 -> !HopByHop.same(name, "trailer");
            case 9 -> !HopByHop.same(name, "forwarded") && !HopByHop.same(name, "x-real-ip")
                    || client.trusted() && !(writeRealIp && HopByHop.same(name, "x-real-ip"));
            case 12 -> !HopByHop.same(name, "max-forwards") || head.maxForwards() < 0;
            // forward() writes these, from the trusted ones where there are any.
            default -> !ReservedNames.xForwarded(name)
                    || client.trusted() && !HopByHop.same(name, "x-forwarded-for")
                    && !HopByHop.same(name, "x-forwarded-proto") && !HopByHop.same(name, "x-forwarded-host");
        };
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
        String earlier = told(ListField.X_FORWARDED_FOR, client, from);
        to.add(X_FORWARDED_FOR, earlier.isEmpty() ? client.address() : earlier + ", " + client.address());
        String proto = told(ListField.X_FORWARDED_PROTO, client, from);
        to.add(X_FORWARDED_PROTO, proto.isEmpty() ? scheme(client) : proto);
        String host = told(ListField.X_FORWARDED_HOST, client, from);
        if (host.isEmpty()) {
            host = head.host();
        }
        if (!host.isEmpty()) {
            to.add(X_FORWARDED_HOST, host);
        }
        if (writeRealIp) {
            String told = client.trusted() ? from.get(X_REAL_IP) : null;
            to.add(X_REAL_IP, told == null ? client.address() : told);
        }
        if (writeForwarded) {
            to.add(FORWARDED, forwarded(client, head));
        }
    }

    private static CharSequence scheme(Peer client) {
        return client.tls().isPresent() ? HTTPS : HTTP;
    }

    /** What a trusted peer says there, all its lines in one; empty when it says nothing. */
    private static String told(ListField field, Peer client, MultiMap from) {
        return client.trusted() ? String.join(", ", field.of(from)) : "";
    }

    /** One element of RFC 7239, section 4. */
    private static String forwarded(Peer client, RequestHead head) {
        String address = client.address();
        // That of a Unix socket's client is none.
        String node = address.endsWith(":") ? "unknown"
                : address.indexOf(':') >= 0 ? "\"[" + address + "]\"" : address;
        StringBuilder element = new StringBuilder("for=").append(node).append(";proto=")
                .append(scheme(client));
        if (!head.host().isEmpty()) {
            element.append(";host=").append(quoted(head.host()));
        }
        return element.toString();
    }

    private static String quoted(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}

package dev.gyre.exchange;

import dev.gyre.gate.ListField;
import dev.gyre.upstream.BackendStream;
import dev.gyre.upstream.LoopView;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Optional;

/**
 * The protocols that a request asks to go on with (RFC 9110, section 7.8), as far as its service lets it.
 *
 * @param protocols at least one, as the client wrote them and in its order
 */
record Upgrade(List<String> protocols) {

    private static final String UPGRADE = ListField.UPGRADE.key();
    private static final String WEBSOCKET = "websocket";

    /**
     * Empty for a request that is to be served like any. That is not only one without the field: a client of
     * HTTP/1.0 cannot ask, and what is not named in Connection came from somewhere before the client.
     */
    static Optional<Upgrade> of(MultiMap fields, HttpVersion version, LoopView view, String service) {
        List<String> lines = ListField.UPGRADE.lines(fields);
        if (lines.isEmpty() || version == HttpVersion.HTTP_1_0
                || !ListField.CONNECTION.has(ListField.CONNECTION.lines(fields), UPGRADE)) {
            return Optional.empty();
        }
        List<String> allowed = view.service(service)
                .map(of -> of.policy().tunnels().upgrade()).orElse(List.of());
        List<String> protocols = ListField.UPGRADE.elements(lines).stream()
                .filter(asked -> allowed.stream().anyMatch(asked::equalsIgnoreCase)).toList();
        return protocols.isEmpty() ? Optional.empty() : Optional.of(new Upgrade(protocols));
    }

    /** Asks a backend for them. */
    void ask(BackendStream backend) {
        write(String.join(", ", protocols), backend.headers());
        backend.upgrades();
    }

    /** What the backend that sent these fields with a 101 has switched to; empty if it was not asked to. */
    Optional<String> chosen(HttpHeaders fields) {
        List<String> chosen = ListField.UPGRADE.of(fields);
        return chosen.isEmpty() || !chosen.stream().allMatch(this::asksFor) ? Optional.empty()
                : Optional.of(String.join(", ", chosen));
    }

    private boolean asksFor(String protocol) {
        return protocols.stream().anyMatch(protocol::equalsIgnoreCase);
    }

    static boolean isWebSocket(String protocol) {
        return protocol.equalsIgnoreCase(WEBSOCKET);
    }

    static void write(String protocols, MultiMap to) {
        to.set(HttpHeaderNames.CONNECTION, HttpHeaderNames.UPGRADE).set(HttpHeaderNames.UPGRADE, protocols);
    }
}

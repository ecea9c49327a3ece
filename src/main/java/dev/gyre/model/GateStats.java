package dev.gyre.model;

import java.util.Map;

/**
 * How many messages a node has refused since it started because recipients could read them in different ways,
 * how many fields it has left out for the same reason, and how many connections it has ended because they did
 * not begin with the header of the PROXY protocol that was expected.
 *
 * @param requests of clients, by the word of the rule that was broken; every rule is there
 * @param answers  of backends, in the same way
 * @param dropped  fields of requests that were left out, by the word of the claim they made
 * @param proxyHeaders connections, by the word of what was wrong; every error is there
 * @param handshakes   connections whose TLS handshake came to nothing, in the same way
 */
public record GateStats(Map<String, Long> requests, Map<String, Long> answers, Map<String, Long> dropped,
                        Map<String, Long> proxyHeaders, Map<String, Long> handshakes) {

    public GateStats {
        requests = Map.copyOf(requests);
        answers = Map.copyOf(answers);
        dropped = Map.copyOf(dropped);
        proxyHeaders = Map.copyOf(proxyHeaders);
        handshakes = Map.copyOf(handshakes);
    }
}

package dev.gyre.model;

import java.util.Map;

/**
 * How many messages a node has refused since it started because recipients could read them in different ways.
 *
 * @param requests of clients, by the word of the rule that was broken; every rule is there
 * @param answers  of backends, in the same way
 */
public record GateStats(Map<String, Long> requests, Map<String, Long> answers) {

    public GateStats {
        requests = Map.copyOf(requests);
        answers = Map.copyOf(answers);
    }
}

package dev.gyre.admin;

import dev.gyre.model.ClientStats;
import java.util.Map;

/** What a node sees of its clients, as metrics. */
final class ClientMetrics {

    private ClientMetrics() {
    }

    static void write(ClientStats clients, Exposition to) {
        to.family("gyre_client_connections", "Connections of clients.").sample(clients.connections());
        to.family("gyre_client_connections_limit", "Connections of clients that may be open.")
                .sample(clients.most());
        to.family("gyre_limit_exceeded_total", "Clients turned away or ended by a limit.");
        clients.exceeded().entrySet().stream().sorted(Map.Entry.comparingByKey())
                .forEach(limit -> to.sample(limit.getValue(), "limit", limit.getKey().word()));
    }
}

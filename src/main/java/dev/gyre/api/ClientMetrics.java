package dev.gyre.api;

import dev.gyre.model.ClientStats;
import dev.gyre.model.MemoryStats;
import java.util.Map;

/** The metrics of clients. */
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
        MemoryStats memory = clients.memory();
        to.family("gyre_client_memory_bytes", "Memory held for clients, of the heap about.")
                .sample(memory.direct(), "area", "direct").sample(memory.heap(), "area", "heap");
        to.family("gyre_client_memory_limit_bytes", "Memory held for clients above which some are ended.")
                .sample(memory.directMost(), "area", "direct").sample(memory.heapMost(), "area", "heap");
        to.family("gyre_client_memory_scarcity", "0: all are read, 1: some wait, 2: some are ended.")
                .sample(memory.scarcity());
        to.family("gyre_client_memory_ended_total", "Connections ended for want of memory, by holding.");
        memory.ended().entrySet().stream().sorted(Map.Entry.comparingByKey())
                .forEach(kind -> to.sample(kind.getValue(), "held", kind.getKey().word()));
    }
}

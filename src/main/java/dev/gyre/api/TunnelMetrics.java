package dev.gyre.api;

import dev.gyre.model.TunnelEnding;
import dev.gyre.model.TunnelStats;
import java.util.SortedMap;

/** The metrics of tunnels, of the services that a client has asked for one. */
final class TunnelMetrics {

    private TunnelMetrics() {
    }

    static void write(SortedMap<String, TunnelStats> services, Exposition to) {
        to.family("gyre_service_tunnels_open", "Tunnels that are open.");
        services.forEach((name, stats) -> to.sample(stats.open(), "service", name));
        to.family("gyre_service_tunnels_total", "Tunnels opened.");
        services.forEach((name, stats) -> to.sample(stats.opened(), "service", name));
        to.family("gyre_service_tunnels_ended_total", "Tunnels ended, by what ended them.");
        services.forEach((name, stats) -> {
            for (TunnelEnding why : TunnelEnding.values()) {
                to.sample(stats.ended().get(why), "service", name, "reason", why.word());
            }
        });
        to.family("gyre_service_tunnel_bytes_total", "Bytes passed on in tunnels, by where they went.");
        services.forEach((name, stats) -> {
            to.sample(stats.toBackend(), "service", name, "to", "backend");
            to.sample(stats.toClient(), "service", name, "to", "client");
        });
    }
}

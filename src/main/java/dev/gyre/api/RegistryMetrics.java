package dev.gyre.api;

import dev.gyre.registry.RegistryStatus;

/** The metrics of this node's registry. */
final class RegistryMetrics {

    private RegistryMetrics() {
    }

    static void write(RegistryStatus status, Exposition to) {
        to.family("gyre_registry_rules_broken",
                "Rules that span entries and do not hold; cluster.status and the log name them.")
                .sample(status.broken().size());
        to.family("gyre_registry_disk_trouble",
                "1: nothing can be made durable, so this node refuses commands.")
                .sample(status.disk().isPresent() ? 1 : 0);
        to.family("gyre_registry_owed_entries", "Entries in effect that are not on this node's disk yet.")
                .sample(status.owed());
        to.family("gyre_registry_writer_faults_total",
                "Faults that the registry's writer met and survived; the log has each.")
                .sample(status.faults());
        to.family("gyre_registry_unknown_entries",
                "Entries of a newer version that this node keeps and does not understand.")
                .sample(status.unknown().size());
    }
}

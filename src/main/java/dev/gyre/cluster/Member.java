package dev.gyre.cluster;

import java.time.Duration;

/**
 * One node of the cluster, as seen from this one.
 *
 * @param id      kept in its data directory
 * @param address host and port where the cluster meets it
 * @param version of Gyre
 * @param view    version of the topology that its traffic is served by
 * @param age     since its view changed
 * @param digest  of all that its registry holds; equal on nodes that agree
 * @param heard   since it was last heard; zero for this node
 */
public record Member(String id, String name, String address, String version, Duration uptime, String view,
                     Duration age, String digest, Duration heard) {

    static Member of(Hello hello, Duration heard) {
        return new Member(hello.id(), hello.name(), hello.address(), hello.version(),
                Duration.ofMillis(hello.uptime()).plus(heard), hello.view(),
                Duration.ofMillis(hello.changed()).plus(heard), hello.digest(), heard);
    }
}

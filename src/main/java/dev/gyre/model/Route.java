package dev.gyre.model;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Leads the requests that match host and path to a service. Host and path together are the route's name.
 *
 * @param host {@code *} (any), {@code api.example.com} or {@code *.example.com}; lower case, without port
 * @param path {@code /exact} or a prefix {@code /v1/*}, which matches {@code /v1} and all below it
 * @param maxBody bytes of a request's body; empty: as the node's limits say
 * @param priority empty: {@link Priority#NORMAL}
 */
public record Route(String host, String path, String service, OptionalLong maxBody,
                    Optional<Priority> priority, Origin origin) {

    public static final String ANY_HOST = "*";
    public static final String ANY_PATH = "/*";

    /** One that leaves the size of bodies to the node's limits, of normal priority. */
    public Route(String host, String path, String service, Origin origin) {
        this(host, path, service, OptionalLong.empty(), Optional.empty(), origin);
    }
}

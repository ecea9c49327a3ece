package dev.gyre.config;

import dev.gyre.model.Limits;
import dev.gyre.model.LookAlikes;
import dev.gyre.model.Role;
import dev.gyre.model.Topology;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the config says, checked and with every default filled in.
 *
 * @param listeners  where clients connect; at least one
 * @param instances  proxy verticles to deploy, 1..1024; empty: one per core
 * @param declared   services and routes, all of origin config; with one service and no route, everything goes
 *                   to that service
 * @param cluster    empty: a node on its own
 * @param data       directory for what the node must remember
 * @param retention  how long the mark of a removal is kept, 1h..8760h
 * @param grace      how long requests in flight may take to finish when the node stops, 0s..24h
 * @param warmUp     how long the node may send requests to itself before it serves, 0s..24h; 0s: not at all
 * @param nodeName   this node for people; empty: the host's name
 * @param zone       where this node stands; empty: nowhere in particular
 * @param networks   where backends may be
 */
public record Settings(List<Listener> listeners, OptionalInt instances, Topology declared,
        AdminSettings admin, Optional<ClusterSettings> cluster, String data,
        Duration retention, Duration grace, Duration warmUp, ForwardingSettings forwarding,
        Optional<String> nodeName, Optional<String> zone,
        StickySettings sticky, Limits limits, ResolverSettings resolver,
        BackendNetworks networks) {

    /** How long the mark of a removal is kept where the config does not say: a week off undoes nothing. */
    public static final Duration RETENTION = Duration.ofDays(7);

    public Settings {
        listeners = List.copyOf(listeners);
    }

    /**
     * The admin port.
     *
     * @param port   0..65535, 0 for any free one
     * @param tokens callers must present one of them, or a certificate; without either the host is loopback
     * @param tls    empty: in clear text
     */
    public record AdminSettings(String host, int port, List<AdminToken> tokens, Optional<AdminTls> tls) {

        /** What applies where the config does not say. */
        public static final AdminSettings DEFAULT = new AdminSettings("127.0.0.1", 9090, List.of());

        public AdminSettings {
            tokens = List.copyOf(tokens);
        }

        /** In clear text. */
        public AdminSettings(String host, int port, List<AdminToken> tokens) {
            this(host, port, tokens, Optional.empty());
        }
    }

    /**
     * Lets its holders into the admin port.
     *
     * @param name   for history and the audit log
     * @param secret what callers present
     */
    public record AdminToken(String name, Role role, String secret) {

        /** Of the key {@code token}. */
        public static final String UNNAMED = "token";

        @Override
        public String toString() {
            return "AdminToken[name=" + name + ", role=" + role + "]";
        }
    }

    /**
     * How this node meets the others.
     *
     * @param host         address the cluster ports bind to; loopback unless set
     * @param port         of the cluster, 1..65535
     * @param eventBusPort 0..65535, 0 for any free one
     * @param members      nodes to look for, each {@code host} or {@code host:port}
     * @param secret       shared by all nodes; never empty when the host is not loopback
     * @param tls          of the event bus; empty: in clear text
     * @param maxClockSkew by how much a node's wall clock may be ahead of the others', 1s..24h
     */
    public record ClusterSettings(String name, String host, int port, int eventBusPort, List<String> members,
            Optional<String> secret, Optional<ClusterTls> tls, Duration maxClockSkew) {

        /** What applies where the config does not say. */
        public static final Duration MAX_CLOCK_SKEW = Duration.ofSeconds(60);

        /** On loopback, without other members. */
        public static final ClusterSettings DEFAULT = new ClusterSettings("gyre", "127.0.0.1", 5701, 15701,
                List.of(), Optional.empty(), Optional.empty());

        public ClusterSettings {
            members = List.copyOf(members);
        }

        /** With the default for how far clocks may differ. */
        public ClusterSettings(String name, String host, int port, int eventBusPort, List<String> members,
                Optional<String> secret, Optional<ClusterTls> tls) {
            this(name, host, port, eventBusPort, members, secret, tls, MAX_CLOCK_SKEW);
        }

        @Override
        public String toString() {
            return "ClusterSettings[name=" + name + ", host=" + host + ", port=" + port + ", eventBusPort="
                    + eventBusPort + ", members=" + members + ", secret=" + hidden(secret) + ", tls=" + tls
                    + ", maxClockSkew=" + maxClockSkew + "]";
        }
    }

    /**
     * Mutual TLS on the event bus.
     *
     * @param cert path of this node's certificate, PEM
     * @param key  path of its private key, PEM, PKCS#8
     * @param ca   path of the certificates that sign those of all nodes, PEM
     */
    public record ClusterTls(String cert, String key, String ca) {
    }

    /**
     * What backends learn about the client.
     *
     * @param trusted   peers whose own forwarding headers are believed
     * @param forwarded write {@code Forwarded} (RFC 7239) beside {@code X-Forwarded-*}
     * @param realIp    write {@code X-Real-IP}, too
     * @param ambiguousPaths forward paths as they came also when backends may read them in another way than
     *                       the routes do, e.g. with {@code %2F}; otherwise they are refused
     * @param lookAlikes what happens to fields whose names backends may take for reserved ones
     */
    public record ForwardingSettings(List<Network> trusted, boolean forwarded, boolean realIp,
            boolean ambiguousPaths, LookAlikes lookAlikes) {

        /** What applies where the config says nothing. */
        public static final ForwardingSettings DEFAULT =
                new ForwardingSettings(List.of(), false, false, false, LookAlikes.DROP);

        public ForwardingSettings {
            trusted = List.copyOf(trusted);
        }

        public boolean trusts(byte[] address) {
            return trusted.stream().anyMatch(network -> network.contains(address));
        }

        /** Whoever connects to a Unix socket is believed. */
        public boolean trustsUnix() {
            return trusted.contains(Network.UNIX);
        }
    }

    /**
     * What sticky cookies are signed with.
     *
     * @param secret the same on all nodes that share clients; empty: the cluster's, else one of this run
     */
    public record StickySettings(Optional<String> secret) {

        @Override
        public String toString() {
            return "StickySettings[secret=" + hidden(secret) + "]";
        }
    }

    private static String hidden(Optional<String> secret) {
        return secret.isPresent() ? "set" : "none";
    }
}

package dev.gyre.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.spi.MemberAddressProvider;
import dev.gyre.config.Settings.ClusterSettings;
import java.net.InetSocketAddress;
import java.util.Map;

/** The config of Hazelcast: one address, known members, no discovery and no phone-home. */
final class MemberConfig {

    /** The name contains the format: nodes of another format must not take its texts for forged. */
    static final String ENTRIES = "gyre.entries.2";
    static final String ACKNOWLEDGED = "gyre.acknowledged";
    static final String NONCES = "gyre.nonces";

    /**
     * Every node has all entries on its disk as well; this bounds the cost of a change in a large cluster.
     */
    private static final int BACKUPS = 3;

    private static final Map<String, String> PROPERTIES = Map.ofEntries(
            Map.entry("hazelcast.logging.type", "slf4j"),
            Map.entry("hazelcast.phone.home.enabled", "false"),
            Map.entry("hazelcast.socket.bind.any", "false"),
            Map.entry("hazelcast.shutdownhook.enabled", "false"),
            // A member counts as dead after so much silence.
            Map.entry("hazelcast.heartbeat.interval.seconds", "1"),
            Map.entry("hazelcast.max.no.heartbeat.seconds", "10"),
            // How often two halves of a cluster look for each other.
            Map.entry("hazelcast.merge.first.run.delay.seconds", "3"),
            Map.entry("hazelcast.merge.next.run.delay.seconds", "3"),
            // A member that takes the place of a lost oldest one asks all others for their lists, and does
            // nothing else until each has answered or this is over: 2 minutes by default.
            Map.entry("hazelcast.mastership.claim.timeout.seconds", "10"),
            // A list that was lost on a cut link is sent again: after a minute by default.
            Map.entry("hazelcast.member.list.publish.interval.seconds", "5"),
            Map.entry("hazelcast.wait.seconds.before.join", "0"),
            Map.entry("hazelcast.max.wait.seconds.before.join", "2"),
            Map.entry("hazelcast.max.join.seconds", "30"),
            Map.entry("hazelcast.graceful.shutdown.max.wait", "5"),
            // A call that goes wrong is repeated by Hazelcast, half a second apart, as often: without these
            // two an answer takes minutes while links are cut.
            Map.entry("hazelcast.invocation.max.retry.count", "20"),
            Map.entry("hazelcast.operation.call.timeout.millis", "10000"));

    private MemberConfig() {
    }

    static Config of(ClusterSettings settings) {
        Config config = new Config();
        config.setClassLoader(MemberConfig.class.getClassLoader());
        config.setClusterName(settings.name());
        PROPERTIES.forEach(config::setProperty);
        config.getMetricsConfig().setEnabled(false);
        config.getJetConfig().setEnabled(false);
        // Members send one another exceptions and little more by Java's serialization; the defaults of this
        // filter allow all of java.*, remote method invocation included.
        JavaSerializationFilterConfig filter = new JavaSerializationFilterConfig();
        filter.setDefaultsDisabled(true);
        filter.getWhitelist().addPrefixes("io.vertx.spi.cluster.hazelcast.", "com.hazelcast.", "java.lang.",
                "java.util.", "java.io.", "[");
        config.getSerializationConfig().setJavaSerializationFilterConfig(filter);
        network(config.getNetworkConfig(), settings);
        config.addMapConfig(new MapConfig(ENTRIES).setBackupCount(BACKUPS));
        config.addMapConfig(new MapConfig(ACKNOWLEDGED).setBackupCount(BACKUPS));
        config.addMapConfig(new MapConfig(NONCES).setBackupCount(1));
        config.addMapConfig(new MapConfig("__vertx.*").setBackupCount(BACKUPS));
        config.addMultiMapConfig(new MultiMapConfig("__vertx.subs").setBackupCount(BACKUPS)
                .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
        return config;
    }

    private static void network(NetworkConfig network, ClusterSettings settings) {
        network.setPort(settings.port()).setPortAutoIncrement(false).setReuseAddress(true);
        // Not by interface: loopback has addresses that none lists, such as 127.0.0.2.
        network.getMemberAddressProviderConfig().setEnabled(true)
                .setImplementation(new OneAddress(new InetSocketAddress(settings.host(), settings.port())));
        JoinConfig join = network.getJoin();
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(2);
        settings.members().forEach(member ->
                join.getTcpIpConfig().addMember(withPort(member, settings.port())));
    }

    /** Without a port Hazelcast would try three. A name counts with all its addresses. */
    static String withPort(String member, int port) {
        boolean bracketed = member.startsWith("[");
        boolean hasPort = bracketed ? member.contains("]:") : member.indexOf(':') >= 0
                && member.indexOf(':') == member.lastIndexOf(':');
        if (hasPort) {
            return member;
        }
        boolean bareAddress = !bracketed && member.indexOf(':') >= 0;
        return (bareAddress ? "[" + member + "]" : member) + ":" + port;
    }

    private record OneAddress(InetSocketAddress address) implements MemberAddressProvider {

        @Override
        public InetSocketAddress getBindAddress() {
            return address;
        }

        @Override
        public InetSocketAddress getBindAddress(EndpointQualifier qualifier) {
            return address;
        }

        @Override
        public InetSocketAddress getPublicAddress() {
            return address;
        }

        @Override
        public InetSocketAddress getPublicAddress(EndpointQualifier qualifier) {
            return address;
        }
    }
}

package dev.gyre.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.core.DistributedObject;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import com.hazelcast.multimap.MultiMap;
import dev.gyre.config.Settings.ClusterSettings;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Place;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import io.vertx.spi.cluster.hazelcast.impl.HazelcastRegistrationInfo;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** A member of the nodes' cluster, and of their event bus, that knows all but the secret. */
final class RogueMember implements AutoCloseable {

    private final HazelcastInstance hazelcast;
    private final Vertx vertx;

    private RogueMember(HazelcastInstance hazelcast, Vertx vertx) {
        this.hazelcast = hazelcast;
        this.vertx = vertx;
    }

    static RogueMember among(ClusterNodes nodes) throws Exception {
        return among(nodes, new EventBusOptions());
    }

    static RogueMember among(ClusterNodes nodes, EventBusOptions bus) throws Exception {
        String address = Place.ownAddress();
        List<String> members = nodes.all().stream().map(node -> node.place().cluster()).toList();
        Config config = MemberConfig.of(new ClusterSettings(ClusterNodes.NAME, address, 5701, 0, members,
                Optional.empty(), Optional.empty()));
        HazelcastClusterManager manager = new HazelcastClusterManager(config);
        Vertx vertx = Vertx.builder()
                .with(new VertxOptions().setEventBusOptions(bus.setHost(address)))
                .withClusterManager(manager).buildClustered().await();
        HazelcastInstance hazelcast = manager.getHazelcastInstance();
        return new RogueMember(hazelcast, vertx);
    }

    Vertx vertx() {
        return vertx;
    }

    /** Its id on the event bus. */
    String busId() {
        return hazelcast.getCluster().getLocalMember().getAttribute("__vertx.nodeId");
    }

    String address() {
        return hazelcast.getCluster().getLocalMember().getAddress().getHost();
    }

    int members() {
        return hazelcast.getCluster().getMembers().size();
    }

    /** All maps that are not Vert.x's own. */
    List<IMap<Object, Object>> maps() {
        return hazelcast.getDistributedObjects().stream().filter(IMap.class::isInstance)
                .map(DistributedObject::getName).filter(name -> !name.startsWith("__"))
                .map(name -> hazelcast.<Object, Object>getMap(name)).toList();
    }

    /** All addresses of the bus on which somebody listens. */
    Set<String> addresses() {
        return new TreeSet<>(subscriptions().keySet());
    }

    /** Takes away all that a node listens to on the event bus. */
    void unsubscribe(ClusterNode node) {
        MultiMap<String, Object> subscriptions = subscriptions();
        for (String address : Set.copyOf(subscriptions.keySet())) {
            for (Object subscription : List.copyOf(subscriptions.get(address))) {
                if (isOf(node, subscription)) {
                    subscriptions.remove(address, subscription);
                }
            }
        }
    }

    /** Whether others know of any address at which the node listens. */
    boolean isSubscribed(ClusterNode node) {
        return subscriptions().values().stream().anyMatch(subscription -> isOf(node, subscription));
    }

    private MultiMap<String, Object> subscriptions() {
        return hazelcast.getMultiMap("__vertx.subs");
    }

    private boolean isOf(ClusterNode node, Object subscription) {
        String id = hazelcast.getCluster().getMembers().stream()
                .filter(member -> member.getAddress().getHost().equals(node.place().cluster()))
                .map(member -> member.getAttribute("__vertx.nodeId")).findFirst().orElseThrow();
        return ((HazelcastRegistrationInfo) subscription).unwrap().nodeId().equals(id);
    }

    /** Whether the node has logged that it refused something of this member. */
    boolean isNamedBy(ClusterNode node) {
        return node.text().lines().anyMatch(line -> line.contains("refused") && line.contains(address()));
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}

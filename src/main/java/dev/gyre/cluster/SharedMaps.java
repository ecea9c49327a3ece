package dev.gyre.cluster;

import com.hazelcast.core.HazelcastInstance;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import java.util.concurrent.TimeUnit;

/**
 * The maps that the nodes of a cluster share during one membership.
 *
 * @param session      names that membership
 * @param entries      the registry's entries
 * @param acknowledged the latest write that each node has acknowledged
 * @param nonces       of the commands carried out
 */
record SharedMaps(String session, SharedStringMap entries, SharedStringMap acknowledged,
        AsyncMap<String, String> nonces) {

    private static final long OPEN_SECONDS = 10;

    static Future<SharedMaps> open(Vertx bus, String session, HazelcastInstance hazelcast) {
        return texts(bus, hazelcast, MemberConfig.ENTRIES)
                .compose(entries -> texts(bus, hazelcast, MemberConfig.ACKNOWLEDGED)
                        .compose(acknowledged -> bus.sharedData()
                                .<String, String>getClusterWideMap(MemberConfig.NONCES)
                                .map(nonces -> new SharedMaps(session, entries, acknowledged, nonces))))
                .timeout(OPEN_SECONDS, TimeUnit.SECONDS);
    }

    private static Future<SharedStringMap> texts(Vertx bus, HazelcastInstance hazelcast, String name) {
        return bus.executeBlocking(() -> new HazelcastStringMap(bus, hazelcast.getMap(name)), false);
    }
}

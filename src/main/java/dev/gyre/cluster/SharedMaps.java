package dev.gyre.cluster;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import java.util.concurrent.TimeUnit;

/**
 * What the nodes of a cluster share for as long as one membership lasts.
 *
 * @param session      names that membership
 * @param entries      the registry's entries
 * @param acknowledged the latest write that each node has acknowledged
 * @param nonces       of the commands that were carried out
 */
record SharedMaps(String session, SharedTexts entries, SharedTexts acknowledged,
                  AsyncMap<String, String> nonces) {

    private static final long OPEN_SECONDS = 10;

    static Future<SharedMaps> open(Vertx bus, String session) {
        return map(bus, MemberConfig.ENTRIES).compose(entries -> map(bus, MemberConfig.ACKNOWLEDGED)
                .compose(acknowledged -> map(bus, MemberConfig.NONCES)
                        .map(nonces -> new SharedMaps(session, new SharedTexts(entries),
                                new SharedTexts(acknowledged), nonces))));
    }

    private static Future<AsyncMap<String, String>> map(Vertx bus, String name) {
        return bus.sharedData().<String, String>getClusterWideMap(name)
                .timeout(OPEN_SECONDS, TimeUnit.SECONDS);
    }
}

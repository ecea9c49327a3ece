package dev.gyre;

import dev.gyre.config.Settings;
import dev.gyre.config.Settings.ClusterSettings;
import dev.gyre.model.Service;
import dev.gyre.model.Topology;
import dev.gyre.upstream.StickyKey;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key that signs sticky cookies: {@code sticky.secret}, else {@code cluster.secret}, else a secret of
 * this run, which no other node knows and which is lost with it.
 */
final class StickySecret {

    private static final Logger LOG = LoggerFactory.getLogger("gyre");
    private static final int BYTES = 32;

    private final StickyKey key;
    private final boolean ofThisRun;
    private boolean warned;

    private StickySecret(byte[] secret, boolean ofThisRun) {
        this.key = new StickyKey(secret);
        this.ofThisRun = ofThisRun;
    }

    static StickySecret of(Settings settings) {
        Optional<String> known = settings.sticky().secret()
                .or(() -> settings.cluster().flatMap(ClusterSettings::secret));
        if (known.isPresent()) {
            return new StickySecret(known.get().getBytes(StandardCharsets.UTF_8), false);
        }
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        return new StickySecret(random, true);
    }

    StickyKey key() {
        return key;
    }

    /** Warns once, when a service has sticky clients that a restart would scatter. */
    synchronized void check(Topology topology) {
        if (ofThisRun && !warned) {
            topology.services().values().stream()
                    .filter(service -> service.policy().balance().sticky().isPresent()).findFirst()
                    .ifPresent(this::warn);
        }
    }

    private void warn(Service sticky) {
        warned = true;
        LOG.warn("sticky secret missing service={}: a restart of this node loses its clients' cookies, and no"
                + " other node knows them (expected: sticky.secret or cluster.secret)", sticky.name());
    }
}

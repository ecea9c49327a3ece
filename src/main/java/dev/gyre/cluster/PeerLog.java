package dev.gyre.cluster;

import dev.gyre.model.DurationText;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs one line for each node that joins or leaves. */
final class PeerLog implements ClusterPeers.Listener {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.cluster");

    private final Consumer<Heartbeat> news;

    PeerLog(Consumer<Heartbeat> news) {
        this.news = news;
    }

    @Override
    public void news(Heartbeat heartbeat) {
        news.accept(heartbeat);
    }

    @Override
    public void joined(Heartbeat heartbeat) {
        LOG.info("member joined node={} id={} address={} version={}", heartbeat.node().name(), heartbeat.id(),
                heartbeat.node().address(), heartbeat.node().version());
    }

    @Override
    public void gone(Heartbeat last, long silentNanos, boolean graceful) {
        if (graceful) {
            LOG.info("member left node={} id={} address={}", last.node().name(), last.id(),
                    last.node().address());
        } else {
            LOG.warn("member lost node={} id={} address={} silent={}", last.node().name(), last.id(),
                    last.node().address(), DurationText.text(Duration.ofNanos(silentNanos)));
        }
    }
}

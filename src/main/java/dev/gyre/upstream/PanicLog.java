package dev.gyre.upstream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs when a service begins to offer backends that are not healthy, and when it ends. */
public final class PanicLog {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.health");

    private PanicLog() {
    }

    public static void log(View before, View after) {
        after.services().forEach((name, now) -> {
            ServiceView then = before.services().get(name);
            if (now != then) {
                log(name, now, then != null && then.panic());
            }
        });
    }

    private static void log(String name, ServiceView now, boolean before) {
        if (now.panic() && !before) {
            LOG.error("panic rule applied service={} backends={}: too few are healthy, all get requests",
                    name, now.first().pools().size() + now.reserve().pools().size());
        } else if (before && !now.panic()) {
            LOG.info("panic rule lifted service={}: enough backends are healthy again", name);
        }
    }
}

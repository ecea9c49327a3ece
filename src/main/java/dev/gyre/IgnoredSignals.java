package dev.gyre;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/**
 * SIGHUP and SIGUSR1, by which operators tell other proxies to read their config or to open their logs again.
 * A node does neither on a signal, and must not end on one: it logs that and continues.
 */
final class IgnoredSignals {

    private static final Logger LOG = LoggerFactory.getLogger("gyre");

    private IgnoredSignals() {
    }

    static void install() {
        for (String name : List.of("HUP", "USR1")) {
            try {
                Signal.handle(new Signal(name), received -> LOG.info("SIG{} ignored: a changed config file is"
                        + " read again by itself, and the log goes to standard error", received.getName()));
            } catch (IllegalArgumentException e) {
                // The JVM itself uses it, or the system has none.
                LOG.debug("SIG{} cannot be ignored: {}", name, e.getMessage());
            }
        }
    }
}

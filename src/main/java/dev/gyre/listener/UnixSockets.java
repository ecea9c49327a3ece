package dev.gyre.listener;

import dev.gyre.config.Listener;
import dev.gyre.files.SocketFile;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the Unix sockets that this node listens on. All event loops bind to the same ones. Its methods
 * may wait for the disk. Thread-safe.
 */
public final class UnixSockets {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.proxy");

    private volatile Map<Listener, SocketFile> files = Map.of();

    /** What stands in the way of this one, in the words of a failed start. */
    public static Optional<String> obstacle(Listener listener) {
        try {
            file(listener).check();
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(words(listener, e));
        }
    }

    private static SocketFile file(Listener listener) {
        return new SocketFile(Path.of(listener.host().substring(Listener.UNIX.length())),
                listener.unix().orElseThrow().mode(), listener.unix().orElseThrow().owner());
    }

    private static String words(Listener listener, IOException why) {
        return "listener " + listener + ": " + why.getMessage();
    }

    /**
     * To be called before the loops bind.
     *
     * @return what fails the start
     */
    public Optional<String> prepare(List<Listener> listeners) {
        Map<Listener, SocketFile> prepared = new HashMap<>();
        for (Listener listener : listeners) {
            if (listener.unix().isPresent()) {
                SocketFile file = file(listener);
                try {
                    file.check();
                } catch (IOException e) {
                    return Optional.of(words(listener, e));
                }
                prepared.put(listener, file);
            }
        }
        files = Map.copyOf(prepared);
        return Optional.empty();
    }

    /** What the loops are to bind to. */
    public SocketAddress bound(Listener listener) {
        return SocketAddress.domainSocketAddress(files.get(listener).bound().toString());
    }

    /**
     * From now on clients can connect.
     *
     * @return as above
     */
    public Optional<String> publish() {
        for (Map.Entry<Listener, SocketFile> file : files.entrySet()) {
            try {
                file.getValue().publish();
            } catch (IOException e) {
                return Optional.of(words(file.getKey(), e));
            }
        }
        return Optional.empty();
    }

    /** From now on no client can connect; those that have are served. */
    public void remove() {
        files.forEach((listener, file) -> {
            try {
                file.remove();
            } catch (IOException e) {
                LOG.warn("socket not removed listener={} reason=\"{}\": the next start replaces it", listener,
                        e.getMessage());
            }
        });
    }
}

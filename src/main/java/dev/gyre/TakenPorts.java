package dev.gyre;

import dev.gyre.config.Listener;
import dev.gyre.listener.UnixSockets;
import dev.gyre.model.BindFailure;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.Optional;

/** Finds ports in use before a warm-up, which would stop the node after it. */
final class TakenPorts {

    private TakenPorts() {
    }

    /** The first of the ports that another process listens on, in the words of a failed start. */
    static Optional<String> firstOf(List<Listener> listeners) {
        return listeners.stream().flatMap(listener -> obstacle(listener).stream()).findFirst();
    }

    private static Optional<String> obstacle(Listener listener) {
        if (listener.unix().isPresent()) {
            return UnixSockets.obstacle(listener);
        }
        return isTaken(listener) ? Optional.of("listener " + listener + ": address already in use")
                : Optional.empty();
    }

    /** Without listening, so that no client is accepted and then not served. */
    private static boolean isTaken(Listener listener) {
        try (SocketChannel socket = SocketChannel.open()) {
            // As for the listener itself: connections of the node before this one may still be closing.
            socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            socket.bind(new InetSocketAddress(listener.host(), listener.port()));
            return false;
        } catch (BindException e) {
            return BindFailure.isInUse(e);
        } catch (IOException | UnresolvedAddressException e) {
            // The listener reports it with more detail.
            return false;
        }
    }
}

package dev.gyre.config;

import dev.gyre.model.AddressText;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Scheme;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;

/**
 * Finds backends that lead back to this node: each request to one would come in again, and be answered 508.
 * Names other than localhost are not looked up.
 */
public final class OwnListeners {

    private OwnListeners() {
    }

    /**
     * What to tell the operator about such a backend; empty for any other.
     *
     * @param backend   as it is called within its service
     * @param listeners with the ports in use
     */
    public static Optional<String> warning(BackendUrl backend, List<Listener> listeners) {
        return listeners.stream().filter(listener -> listener.port() == backend.port())
                .filter(listener -> reaches(backend, listener.host())).findFirst()
                .map(listener -> backend + " is this node's own listener " + listener
                        + ": requests to it are answered 508 (expected: another server)");
    }

    private static boolean reaches(BackendUrl backend, String listener) {
        return backend.toString().equals(listener)
                || backend.scheme() != Scheme.UNIX && reaches(backend.host(), listener);
    }

    private static boolean reaches(String host, String listener) {
        if (host.equalsIgnoreCase(listener)) {
            return true;
        }
        boolean loopback = NodeReader.loopback(host);
        if (ListenerReader.everywhere(listener)) {
            return loopback || ListenerReader.everywhere(host) || isOfThisMachine(host);
        }
        return loopback && listener.equalsIgnoreCase("localhost")
                || host.equals("localhost") && NodeReader.loopback(listener);
    }

    private static boolean isOfThisMachine(String host) {
        try {
            return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                    .anyMatch(address -> AddressText.of(address).equals(host));
        } catch (SocketException e) {
            // Without the addresses there is no warning; Via still detects the loop.
            return false;
        }
    }
}

package dev.gyre.cluster;

import dev.gyre.config.Settings.ClusterSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Locale;

/** Looks at the cluster's ports before Hazelcast does, which would say less and go on trying. */
final class ClusterPorts {

    private ClusterPorts() {
    }

    /** @throws IOException with a message for the operator, when one cannot be bound to */
    static void require(ClusterSettings settings) throws IOException {
        for (int port : new int[] {settings.port(), settings.eventBusPort()}) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getByName(settings.host()), port));
            } catch (IOException e) {
                throw new IOException("cluster " + settings.host() + ":" + port + ": " + reason(e));
            }
        }
    }

    private static String reason(IOException cause) {
        String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("in use") ? "address already in use"
                : message.contains("assign") ? "this machine has no such address" : cause.getMessage();
    }
}

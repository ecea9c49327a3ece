package dev.gyre.cluster;

import dev.gyre.config.Settings.ClusterSettings;
import dev.gyre.model.BindFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Checks the cluster's ports before Hazelcast, whose message would say less and which would go on trying. */
final class ClusterPorts {

    private ClusterPorts() {
    }

    /**
     * @throws IOException with a message for the operator, if one cannot be bound
     */
    static void require(ClusterSettings settings) throws IOException {
        for (int port : new int[] {settings.port(), settings.eventBusPort()}) {
            try (ServerSocket socket = new ServerSocket()) {
                socket.setReuseAddress(true);
                socket.bind(new InetSocketAddress(InetAddress.getByName(settings.host()), port));
            } catch (IOException e) {
                throw new IOException(
                        "cluster " + settings.host() + ":" + port + ": " + BindFailure.words(e));
            }
        }
    }
}

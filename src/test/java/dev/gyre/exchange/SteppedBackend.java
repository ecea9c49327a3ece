package dev.gyre.exchange;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A backend that takes every connection and request, and answers when it is told to. */
final class SteppedBackend {

    static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private final int port;
    private Optional<ServerSocketChannel> listening = Optional.empty();
    private final List<Connection> connections = new ArrayList<>();
    /** Ended while the proxy read nothing from them, so that it may not have seen that yet. */
    private int unseen;

    SteppedBackend() throws IOException {
        open(0);
        port = ((InetSocketAddress) listening.get().getLocalAddress()).getPort();
    }

    private void open(int at) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), at));
        server.configureBlocking(false);
        listening = Optional.of(server);
    }

    int port() {
        return port;
    }

    /** Connections are refused from now on, or are not. */
    void refuses(boolean yes) throws IOException {
        if (yes && listening.isPresent()) {
            listening.get().close();
            listening = Optional.empty();
        } else if (!yes && listening.isEmpty()) {
            open(port);
        }
    }

    /** Connections that are open to the proxy's knowledge. */
    int known() {
        return connections.size() + unseen;
    }

    boolean pump() throws IOException {
        boolean some = false;
        if (listening.isPresent()) {
            for (SocketChannel next = listening.get().accept(); next != null;
                    next = listening.get().accept()) {
                connections.add(new Connection(next));
                some = true;
            }
        }
        for (Connection connection : connections) {
            some |= connection.pump();
        }
        unseen += (int) connections.stream().filter(one -> one.ended() && one.isFull()).count();
        connections.removeIf(SteppedPeer::ended);
        return some;
    }

    /** The connections on which an answer is owed, the oldest first. */
    List<Connection> asked() {
        return connections.stream().filter(Connection::asked).toList();
    }

    List<Connection> connections() {
        return List.copyOf(connections);
    }

    static final class Connection extends SteppedPeer {

        private boolean answering;

        Connection(SocketChannel channel) throws IOException {
            super(channel);
        }

        private int headEnd() {
            int end = received().indexOf("\r\n\r\n");
            return end < 0 ? -1 : end + 4;
        }

        private int length() {
            int at = received().indexOf("Content-Length: ");
            return at < 0 || at > headEnd() ? 0
                    : Integer.parseInt(received().substring(at + 16, received().indexOf("\r\n", at)));
        }

        /** A request's head is there, and its answer not complete. */
        boolean asked() {
            return !ended() && headEnd() > 0;
        }

        boolean answering() {
            return answering;
        }

        /** The request is there to its last byte. */
        boolean whole() {
            return asked() && received().length() >= headEnd() + length();
        }

        /** Part of an answer. */
        void begin(String part) {
            answering = true;
            send(part);
        }

        /** The rest of an answer, or the whole. */
        void complete(String rest) {
            int request = Math.min(headEnd() + length(), received().length());
            send(rest);
            take(request);
            answering = false;
        }
    }
}

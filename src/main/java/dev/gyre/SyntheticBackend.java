package dev.gyre;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The backend of the warm-up: a thread for each connection answers what the request's target names. */
final class SyntheticBackend implements Closeable {

    private static final int BACKLOG = 512;
    /** Of the letter behind the slash in {@code GET /x} and {@code PUT /x}. */
    private static final int LETTER = 5;

    private final ServerSocket listening;
    private final Set<SyntheticConnection> connections = ConcurrentHashMap.newKeySet();

    private SyntheticBackend(ServerSocket listening) {
        this.listening = listening;
    }

    static SyntheticBackend open() throws IOException {
        SyntheticBackend backend =
                new SyntheticBackend(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()));
        start(backend::accept, "accept");
        return backend;
    }

    static void start(Runnable work, String name) {
        Thread thread = new Thread(work, "gyre-warm-up-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listening.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listening.accept();
                start(() -> serve(socket), "backend");
            }
        } catch (IOException e) {
            // It has been closed.
        }
    }

    private void serve(Socket socket) {
        SyntheticConnection connection = null;
        try {
            connection = new SyntheticConnection(socket);
            connections.add(connection);
            int letter = connection.read(LETTER);
            while (letter >= 0 && !listening.isClosed()) {
                connection.write(SyntheticKind.of(letter).answer());
                letter = connection.read(LETTER);
            }
        } catch (IOException e) {
            // The proxy of the warm-up has closed it, or nothing has come for long.
        } finally {
            if (connection != null) {
                connection.close();
                connections.remove(connection);
            }
        }
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            // It is of no use to anybody any more.
        }
        connections.forEach(SyntheticConnection::close);
    }
}

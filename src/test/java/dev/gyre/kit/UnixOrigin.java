package dev.gyre.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A backend on a Unix socket that answers every request without a body with 200 and a text. */
public final class UnixOrigin implements AutoCloseable {

    private final Path path;
    private final String body;
    private final ServerSocketChannel server;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<SocketChannel> connections = new CopyOnWriteArrayList<>();
    private final AtomicInteger accepted = new AtomicInteger();

    private UnixOrigin(Path path, String body) throws IOException {
        this.path = path;
        this.body = body;
        this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(path));
    }

    public static UnixOrigin at(Path path, String body) {
        try {
            UnixOrigin origin = new UnixOrigin(path, body);
            daemon(origin::acceptAll);
            return origin;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "unix-origin");
        thread.setDaemon(true);
        thread.start();
    }

    private void acceptAll() {
        try {
            while (true) {
                SocketChannel connection = server.accept();
                connections.add(connection);
                accepted.incrementAndGet();
                daemon(() -> serve(connection));
            }
        } catch (IOException e) {
            // It was closed.
        }
    }

    private void serve(SocketChannel connection) {
        StringBuilder read = new StringBuilder();
        ByteBuffer buffer = ByteBuffer.allocate(8192);
        try (connection) {
            while (connection.read(buffer.clear()) >= 0) {
                read.append(new String(buffer.array(), 0, buffer.position(), StandardCharsets.ISO_8859_1));
                for (int end = read.indexOf("\r\n\r\n"); end >= 0; end = read.indexOf("\r\n\r\n")) {
                    requests.add(read.substring(0, end + 4));
                    read.delete(0, end + 4);
                    connection.write(ByteBuffer.wrap(("HTTP/1.1 200 OK\r\nContent-Length: " + body.length()
                            + "\r\n\r\n" + body).getBytes(StandardCharsets.ISO_8859_1)));
                }
            }
        } catch (IOException e) {
            // The other side has gone.
        }
    }

    /** The heads of the requests that came. */
    public List<String> requests() {
        return requests;
    }

    public int accepted() {
        return accepted.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (SocketChannel connection : connections) {
            connection.close();
        }
        Files.deleteIfExists(path);
    }
}

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;

/**
 * An origin that answers every GET after a fixed delay and is cheap enough to share a core with the load
 * generator: one thread, one selector, and a plain queue for the waiting, since with one delay for all the
 * first to come is the first to be due.
 *
 * <p>Arguments: port, delay in milliseconds, length of the body in bytes.
 */
final class SlowOrigin {

    private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};

    private final ByteBuffer in = ByteBuffer.allocateDirect(64 * 1024);
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final ByteBuffer answer;
    private final long delayNanos;
    private final Selector selector;

    private record Waiting(Connection connection, long dueNanos) { }

    private static final class Connection {
        final SocketChannel channel;
        int matched;

        Connection(SocketChannel channel) {
            this.channel = channel;
        }
    }

    private SlowOrigin(Selector selector, long delayMillis, int bodyLength) {
        this.selector = selector;
        this.delayNanos = delayMillis * 1_000_000;
        byte[] bytes = ("HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: "
                + bodyLength + "\r\n\r\n" + "x".repeat(bodyLength)).getBytes(StandardCharsets.US_ASCII);
        this.answer = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    public static void main(String[] args) throws IOException {
        Selector selector = Selector.open();
        ServerSocketChannel server = ServerSocketChannel.open();
        server.configureBlocking(false);
        server.bind(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])), 4096);
        server.register(selector, SelectionKey.OP_ACCEPT);
        new SlowOrigin(selector, Long.parseLong(args[1]), Integer.parseInt(args[2])).serve();
    }

    private void serve() throws IOException {
        while (true) {
            Waiting first = waiting.peek();
            if (first == null) {
                selector.select(this::handle);
            } else {
                // Rounded up: an answer may come up to 1 ms late, never early.
                long millis = (first.dueNanos - System.nanoTime() + 999_999) / 1_000_000;
                if (millis > 0) {
                    selector.select(this::handle, millis);
                } else {
                    selector.selectNow(this::handle);
                }
            }
            answerWhatIsDue();
        }
    }

    private void handle(SelectionKey key) {
        if (key.isAcceptable()) {
            accept((ServerSocketChannel) key.channel());
        } else {
            read((Connection) key.attachment());
        }
    }

    private void accept(ServerSocketChannel server) {
        try {
            for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.register(selector, SelectionKey.OP_READ, new Connection(channel));
            }
        } catch (IOException e) {
            System.err.println("slow origin: cannot accept: " + e.getMessage());
        }
    }

    private void read(Connection connection) {
        try {
            in.clear();
            if (connection.channel.read(in) < 0) {
                connection.channel.close();
                return;
            }
            in.flip();
            while (in.hasRemaining()) {
                byte b = in.get();
                if (b == END_OF_HEAD[connection.matched]) {
                    connection.matched++;
                } else {
                    connection.matched = b == '\r' ? 1 : 0;
                }
                if (connection.matched == END_OF_HEAD.length) {
                    connection.matched = 0;
                    waiting.add(new Waiting(connection, System.nanoTime() + delayNanos));
                }
            }
        } catch (IOException e) {
            close(connection);
        }
    }

    private void answerWhatIsDue() {
        long now = System.nanoTime();
        for (Waiting next = waiting.peek(); next != null && next.dueNanos - now <= 0; next = waiting.peek()) {
            waiting.remove();
            if (!next.connection.channel.isOpen()) {
                continue;
            }
            try {
                ByteBuffer out = answer.duplicate();
                next.connection.channel.write(out);
                if (out.hasRemaining()) {
                    // Only a peer that does not read gets here: an error it can count beats a stall.
                    close(next.connection);
                }
            } catch (IOException e) {
                close(next.connection);
            }
        }
    }

    private void close(Connection connection) {
        try {
            connection.channel.close();
        } catch (IOException ignored) {
            // It is gone either way.
        }
    }
}

package dev.gyre.exchange;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** One end of a connection to a {@link SteppedProxy}: does nothing by itself and never blocks. */
class SteppedPeer {

    private static final int PIECE = 64 * 1024;

    private final SocketChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(PIECE);
    private final StringBuilder received = new StringBuilder();
    private boolean reading = true;
    private boolean ended;
    private boolean full;

    SteppedPeer(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /** What has come and was not taken yet. */
    String received() {
        return received.toString();
    }

    void take(int bytes) {
        received.delete(0, bytes);
    }

    /** The other side has ended the connection, or this one has. */
    boolean ended() {
        return ended;
    }

    void reads(boolean yes) {
        reading = yes;
    }

    /** Takes what has come; false when that was nothing. */
    boolean pump() {
        boolean some = false;
        try {
            while (reading && !ended) {
                buffer.clear();
                int count = channel.read(buffer);
                if (count == 0) {
                    return some;
                }
                some = true;
                if (count < 0) {
                    ended = true;
                    channel.close();
                } else {
                    received.append(new String(buffer.array(), 0, count, StandardCharsets.ISO_8859_1));
                }
            }
        } catch (IOException e) {
            some = true;
            ended = true;
        }
        return some;
    }

    /** Sends what the other side takes of it at once; less than all only when that reads nothing. */
    int send(String raw) {
        try {
            int sent = ended ? 0 : channel.write(ByteBuffer.wrap(raw.getBytes(StandardCharsets.ISO_8859_1)));
            full = !ended && !raw.isEmpty() && sent == 0;
            return sent;
        } catch (IOException e) {
            ended = true;
            return 0;
        }
    }

    /** The other side takes nothing any more. */
    boolean isFull() {
        return full;
    }

    /** Says that nothing follows, and goes on reading. */
    void halfClose() {
        try {
            if (!ended) {
                channel.shutdownOutput();
            }
        } catch (IOException e) {
            ended = true;
        }
    }

    /** @param rudely with a reset */
    void leave(boolean rudely) {
        try {
            if (!ended && rudely) {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
            ended = true;
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

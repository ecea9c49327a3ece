package dev.gyre;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/**
 * One end of a connection of the warm-up: HTTP/1.1 over a plain socket, understood by its bytes. It shares no
 * class with the data path that the compiler would learn something wrong from: where a method of Netty's or
 * Vert.x's also served clients or a backend in this process, its compiled code would fit neither.
 */
final class SyntheticConnection implements Closeable {

    private static final byte[] LENGTH = "\ncontent-length:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LAST_CHUNK = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CHUNKED = "\ntransfer-encoding:".getBytes(StandardCharsets.US_ASCII);
    private static final int PATIENCE_MILLIS = 10_000;
    private static final int CASE_BIT = 0x20;

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final byte[] bytes = new byte[32 * 1024];
    private int from;
    private int to;

    SyntheticConnection(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = socket.getInputStream();
        out = socket.getOutputStream();
    }

    void write(byte[] message) throws IOException {
        out.write(message);
    }

    /**
     * Reads one message to its end.
     *
     * @param at a place in its first line
     * @return the byte there, or -1 when the peer has closed the connection instead
     */
    int read(int at) throws IOException {
        int end = find(HEAD_END, from);
        while (end < 0) {
            if (!fill()) {
                return -1;
            }
            end = find(HEAD_END, from);
        }
        int asked = bytes[from + at];
        int length = length(end);
        boolean chunked = find(CHUNKED, from, end) >= 0;
        // The end of the head may be that of an empty body, too.
        from = chunked ? end : end + HEAD_END.length;
        if (chunked) {
            skipChunks();
        } else {
            skip(length);
        }
        return asked;
    }

    private int length(int headEnd) {
        int at = find(LENGTH, from, headEnd);
        int length = 0;
        for (int i = at + LENGTH.length; at >= 0 && i < headEnd && bytes[i] != '\r'; i++) {
            length = bytes[i] == ' ' ? length : 10 * length + bytes[i] - '0';
        }
        return length;
    }

    private void skip(int length) throws IOException {
        int left = length;
        while (left > to - from) {
            left -= to - from;
            from = to;
            need();
        }
        from += left;
    }

    private void skipChunks() throws IOException {
        int end = find(LAST_CHUNK, from);
        while (end < 0) {
            // What could be the begin of the end stays.
            from = Math.max(from, to - LAST_CHUNK.length);
            need();
            end = find(LAST_CHUNK, from);
        }
        from = end + LAST_CHUNK.length;
    }

    private void need() throws IOException {
        if (!fill()) {
            throw new EOFException("closed within a message");
        }
    }

    /** Returns false at the end. */
    private boolean fill() throws IOException {
        System.arraycopy(bytes, from, bytes, 0, to - from);
        to -= from;
        from = 0;
        int read = to == bytes.length ? -1 : in.read(bytes, to, bytes.length - to);
        to += Math.max(0, read);
        return read > 0;
    }

    private int find(byte[] what, int begin) {
        return find(what, begin, to);
    }

    /** Letters are alike whatever their case. */
    private int find(byte[] what, int begin, int end) {
        for (int i = begin; i <= end - what.length; i++) {
            int same = 0;
            while (same < what.length && lower(bytes[i + same]) == what[same]) {
                same++;
            }
            if (same == what.length) {
                return i;
            }
        }
        return -1;
    }

    private static int lower(byte letter) {
        return letter >= 'A' && letter <= 'Z' ? letter | CASE_BIT : letter;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is of no use to anybody any more.
        }
    }
}

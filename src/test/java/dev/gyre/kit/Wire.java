package dev.gyre.kit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One TCP connection that speaks HTTP/1 byte by byte; text is ISO-8859-1, so that no byte is lost. */
public final class Wire implements AutoCloseable {


    private final Socket socket;
    private final InputStream in;

    public Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(Await.MILLIS);
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /** A client's connection to a port on loopback. */
    public static Wire to(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        return new Wire(socket);
    }

    public Wire write(String raw) throws IOException {
        return write(raw.getBytes(StandardCharsets.ISO_8859_1));
    }

    public Wire write(byte[] raw) throws IOException {
        socket.getOutputStream().write(raw);
        socket.getOutputStream().flush();
        return this;
    }

    /** Sends a GET of HTTP/1.1. */
    public Wire get(String target) throws IOException {
        return write("GET " + target + " HTTP/1.1\r\nHost: example.com\r\n\r\n");
    }

    /** Sends a POST of HTTP/1.1 with Content-Length, head and body at once. */
    public Wire post(String target, String body) throws IOException {
        return write("POST " + target + " HTTP/1.1\r\nHost: example.com\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body);
    }

    /** The next head, or null when the peer has closed the connection in order before its first byte. */
    public HttpMessage readHead() throws IOException {
        String start = readLine();
        if (start == null) {
            return null;
        }
        List<String> headers = new ArrayList<>();
        for (String line = readLine(); ; line = readLine()) {
            if (line == null) {
                throw new EOFException("the connection ended inside a head, after " + start);
            }
            if (line.isEmpty()) {
                return new HttpMessage(start, headers);
            }
            headers.add(line);
        }
    }

    /** The body that belongs to a head, by Content-Length or chunked; empty without either. */
    public byte[] readBody(HttpMessage head) throws IOException {
        if (head.first("Transfer-Encoding").map("chunked"::equalsIgnoreCase).orElse(false)) {
            return readChunks(new ArrayList<>());
        }
        int length = head.first("Content-Length").map(Integer::parseInt).orElse(0);
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the connection ended after " + body.length + " of " + length + " bytes");
        }
        return body;
    }

    /** A chunked body; the lines of its trailer section are added to the list. */
    public byte[] readChunks(List<String> trailers) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            String size = readLine();
            if (size == null) {
                throw new EOFException("no last chunk: the connection ended after " + body.size() + " bytes");
            }
            int length = Integer.parseInt(size.trim(), 16);
            if (length == 0) {
                for (String line = readLine(); line != null && !line.isEmpty(); line = readLine()) {
                    trailers.add(line);
                }
                return body.toByteArray();
            }
            byte[] chunk = in.readNBytes(length);
            if (chunk.length < length) {
                throw new EOFException("the connection ended inside a chunk");
            }
            body.write(chunk);
            readLine();
        }
    }

    /** Everything up to the end of the connection. */
    public byte[] readToEnd() throws IOException {
        return in.readAllBytes();
    }

    /** Waits for the end of the connection, in order or not; true when nothing else came before it. */
    public boolean ends() throws IOException {
        try {
            return in.read() == -1;
        } catch (SocketException e) {
            return true;
        }
    }

    /** What follows the last thing read; for bodies too large to be held. */
    public InputStream stream() {
        return in;
    }

    /** One byte, or -1 at the end of the connection. */
    public int read() throws IOException {
        return in.read();
    }

    /** Reads a head and its body as text. */
    public Answer readAnswer() throws IOException {
        HttpMessage head = readHead();
        if (head == null) {
            throw new EOFException("the connection ended before an answer");
        }
        return new Answer(head, new String(readBody(head), StandardCharsets.ISO_8859_1));
    }

    public record Answer(HttpMessage head, String body) {
        public int status() {
            return head.status();
        }
    }

    private String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int next = in.read();
            if (next == -1) {
                return line.size() == 0 ? null : line.toString(StandardCharsets.ISO_8859_1);
            }
            if (next == '\n') {
                String text = line.toString(StandardCharsets.ISO_8859_1);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(next);
        }
    }

    /** What comes next, byte by byte. */
    public InputStream in() {
        return in;
    }

    public Socket socket() {
        return socket;
    }

    /** Breaks the connection off (RST). */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

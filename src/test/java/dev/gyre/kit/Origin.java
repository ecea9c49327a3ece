package dev.gyre.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * A backend of raw sockets, one thread a connection, that does exactly as told: it sees every byte of each
 * request and writes every byte of each answer itself.
 */
public final class Origin implements AutoCloseable {

    /**
     * What a backend does with one request; the connection is kept when it returns normally and is still
     * open.
     */
    @FunctionalInterface
    public interface Script {
        void answer(Exchange exchange) throws IOException;
    }

    private final ServerSocket server;
    private final Thread acceptor;
    private final Script script;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final List<HttpMessage> requests = new CopyOnWriteArrayList<>();
    private volatile boolean recording = true;
    private volatile Optional<SSLContext> tls = Optional.empty();

    private Origin(InetAddress address, int port, Script script) throws IOException {
        this.script = script;
        this.server = new ServerSocket(port, 4096, address);
        this.acceptor = new Thread(this::acceptAll, "origin-" + server.getLocalPort());
        acceptor.setDaemon(true);
        acceptor.start();
    }

    public static Origin of(Script script) {
        return at(InetAddress.getLoopbackAddress(), script);
    }

    /** One that is not on loopback, but on another address of this machine. */
    public static Origin at(InetAddress address, Script script) {
        return at(address, 0, script);
    }

    /** The same, on a port that is known. */
    public static Origin at(InetAddress address, int port, Script script) {
        try {
            return new Origin(address, port, script);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers everything with 200 and this body. */
    public static Origin saying(String body) {
        return of(exchange -> exchange.respond(200, body));
    }

    /** The same, within TLS from now on. */
    public Origin within(SSLContext context) {
        tls = Optional.of(context);
        return this;
    }

    /** Does not remember requests; for those with very many. */
    public Origin withoutRecording() {
        recording = false;
        return this;
    }

    private void acceptAll() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                accepted.incrementAndGet();
                Thread thread = new Thread(() -> serve(socket), "origin-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            try {
                serve(new Wire(tls.isPresent() ? within(tls.get(), socket) : socket));
            } finally {
                // Before the peer can see that it is closed and open the next one in its place.
                open.remove(socket);
            }
        } catch (IOException e) {
            // The proxy closed this connection, which is among the things under test.
        }
    }

    private static Socket within(SSLContext tls, Socket raw) throws IOException {
        SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket(raw, null, raw.getPort(), true);
        socket.setUseClientMode(false);
        return socket;
    }

    private void serve(Wire wire) throws IOException {
        HttpMessage head = wire.readHead();
        while (head != null) {
            if (recording) {
                requests.add(head);
            }
            script.answer(new Exchange(wire, head));
            head = wire.socket().isClosed() ? null : wire.readHead();
        }
    }

    public String url() {
        return (tls.isPresent() ? "https://" : "http://") + server.getInetAddress().getHostAddress() + ":"
                + port();
    }

    public int port() {
        return server.getLocalPort();
    }

    /** The heads of all requests so far, in the order of their coming. */
    public List<HttpMessage> requests() {
        return requests;
    }

    public int accepted() {
        return accepted.get();
    }

    /** How many have been accepted and not been seen to end; {@link Established} knows it exactly. */
    public int openNow() {
        return open.size();
    }

    Set<Socket> open() {
        return open;
    }

    /** From its return on nobody is accepted. */
    @Override
    public void close() {
        try {
            server.close();
            // Who waits for a connection holds the port until it has heard of the end, and may yet get one.
            acceptor.join();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One request on one of the origin's connections. */
    public record Exchange(Wire wire, HttpMessage request) {

        /** Reads the request's body to its end, then answers with Content-Length. */
        public void respond(int status, String body) throws IOException {
            readBody();
            answer(status, body);
        }

        /** Answers with Content-Length, without reading anything before. */
        public void answer(int status, String body) throws IOException {
            wire.write("HTTP/1.1 " + status + " OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        }

        /** Answers 200 with the request's own body. */
        public void echo() throws IOException {
            answer(200, new String(readBody(), StandardCharsets.ISO_8859_1));
        }

        /** The request's whole body, by its framing. */
        public byte[] readBody() throws IOException {
            return wire.readBody(request);
        }

        public void write(String raw) throws IOException {
            wire.write(raw);
        }

        /** Ends the connection in order (FIN). */
        public void close() throws IOException {
            wire.close();
        }

        /** Breaks the connection off (RST). */
        public void reset() throws IOException {
            wire.reset();
        }
    }
}

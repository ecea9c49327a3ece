package dev.gyre.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A backend of raw sockets that can be told at any time to fail in a certain way, and to recover, at an
 * address of its own that stays the same throughout. Its proper answer is 200 with the request's own body,
 * or with its name where there is none.
 */
public final class FaultyBackend implements AutoCloseable {

    private static final int BACKLOG = 4096;
    /** A connection on loopback that takes longer has been dropped. */
    private static final int DROPPED_MILLIS = 300;

    private final String name;
    private final InetAddress address;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Socket> stuffing = new ArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();
    private volatile ServerSocket server;
    private volatile Fault fault = new Fault.None();
    /** Requests since the present fault began. */
    private volatile AtomicInteger sinceFault = new AtomicInteger();

    public FaultyBackend(String name) {
        this.name = name;
        try {
            address = InetAddress.getByName(Place.ownAddress());
            server = new ServerSocket(0, BACKLOG, address);
            port = server.getLocalPort();
            serve(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String url() {
        return "http://" + address.getHostAddress() + ":" + port;
    }

    /** How many requests have come, those included that were not answered. */
    public int requests() {
        return requests.get();
    }

    public int accepted() {
        return accepted.get();
    }

    public int openNow() {
        return open.size();
    }

    /** From its next request on, on all connections. */
    public void begin(Fault next) {
        sinceFault = new AtomicInteger();
        fault = next;
    }

    /** Refuses new connections; those that stand go on. */
    public void refuse() throws IOException {
        server.close();
    }

    /** As if the process had been killed: breaks off all connections and refuses new ones. */
    public void die() throws IOException {
        server.close();
        closeAll(true);
    }

    /** New connections get no answer at all, as from a machine that is gone; those that stand go on. */
    public void blackhole() throws IOException {
        server.close();
        // Linux drops what asks for a connection while the queue of those not yet accepted is full.
        server = bind(1);
        for (boolean taken = true; taken;) {
            Socket socket = new Socket();
            stuffing.add(socket);
            try {
                socket.connect(new InetSocketAddress(address, port), DROPPED_MILLIS);
            } catch (SocketTimeoutException e) {
                taken = false;
            }
        }
    }

    /** Accepts connections and answers properly again. */
    public void recover() throws IOException {
        begin(new Fault.None());
        server.close();
        for (Socket socket : stuffing) {
            socket.close();
        }
        stuffing.clear();
        server = bind(BACKLOG);
        serve(server);
    }

    private ServerSocket bind(int backlog) throws IOException {
        ServerSocket again = new ServerSocket();
        again.setReuseAddress(true);
        again.bind(new InetSocketAddress(address, port), backlog);
        return again;
    }

    private void serve(ServerSocket from) {
        daemon("faulty-" + name, () -> {
            while (true) {
                try {
                    Socket socket = from.accept();
                    socket.setTcpNoDelay(true);
                    open.add(socket);
                    accepted.incrementAndGet();
                    daemon("faulty-connection", () -> serve(socket));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    private static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(Socket socket) {
        try (socket) {
            Wire wire = new Wire(socket);
            int answers = 0;
            for (HttpMessage head = wire.readHead(); head != null; head = wire.readHead()) {
                requests.incrementAndGet();
                fail(wire, head, fault, sinceFault.incrementAndGet());
                answers++;
                if (socket.isClosed() || fault instanceof Fault.CloseAfter f && answers >= f.answers()) {
                    return;
                }
            }
        } catch (IOException e) {
            // Either side has closed this connection, which is among the things under test.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(socket);
        }
    }

    private void fail(Wire wire, HttpMessage head, Fault by, int number)
            throws IOException, InterruptedException {
        if (by instanceof Fault.Reset) {
            wire.reset();
            return;
        }
        String body = new String(wire.readBody(head), StandardCharsets.ISO_8859_1);
        if (by instanceof Fault.Hang) {
            // Until the other side has enough of it.
            wire.socket().setSoTimeout(0);
            wire.readToEnd();
        } else if (by instanceof Fault.Status f && f.falls(number)) {
            wire.write("HTTP/1.1 " + f.code() + " Told\r\nContent-Length: 0\r\n\r\n");
        } else {
            if (by instanceof Fault.Slow f) {
                Await.pass(f.pause());
            }
            answer(wire, head, body.isEmpty() ? name : body, by);
        }
    }

    private static void answer(Wire wire, HttpMessage head, String body, Fault by)
            throws IOException, InterruptedException {
        String start = "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n";
        if (by instanceof Fault.HangAfterHead) {
            wire.write(start);
            wire.socket().setSoTimeout(0);
            wire.readToEnd();
        } else if (by instanceof Fault.Trickle f) {
            wire.write(start);
            for (char one : body.toCharArray()) {
                Await.pass(f.pause());
                wire.write(String.valueOf(one));
            }
        } else {
            wire.write(head.method().equals("HEAD") ? start : start + body);
        }
    }

    private void closeAll(boolean rudely) throws IOException {
        for (Socket socket : open) {
            if (rudely) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        }
    }

    @Override
    public void close() {
        try {
            server.close();
            closeAll(false);
            for (Socket socket : stuffing) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.gyre.kit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A port of the loopback interface at which connections are neither accepted nor refused. */
public final class Blackhole implements AutoCloseable {

    private final ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<Socket> fillers = new ArrayList<>();

    /** Connects until the queue of connections to be accepted is full: the system then drops what comes. */
    public Blackhole() throws IOException {
        while (true) {
            Socket socket = new Socket();
            fillers.add(socket);
            try {
                socket.connect(new InetSocketAddress(full.getInetAddress(), full.getLocalPort()), 300);
            } catch (SocketTimeoutException e) {
                return;
            }
        }
    }

    public String url() {
        return "http://127.0.0.1:" + full.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        for (Socket filler : fillers) {
            filler.close();
        }
        full.close();
    }
}

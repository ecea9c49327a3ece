package dev.gyre.kit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** nginx as a backend within TLS, on a free port of loopback. */
public final class Nginx implements AutoCloseable {

    private final Process process;
    private final int port;

    private Nginx(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** @param server directives of its only server, beside the port, certificate and key */
    public static Nginx start(Path directory, Pki.Pair own, String server) throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Files.createDirectories(directory);
        Path config = directory.resolve("nginx.conf");
        Files.writeString(config, """
                user root;
                daemon off;
                worker_processes 1;
                pid %1$s/nginx.pid;
                error_log stderr crit;
                events { worker_connections 512; }
                http {
                    access_log off;
                    client_body_temp_path %1$s/body;
                    proxy_temp_path %1$s/proxy;
                    fastcgi_temp_path %1$s/fastcgi;
                    uwsgi_temp_path %1$s/uwsgi;
                    scgi_temp_path %1$s/scgi;
                    server {
                        listen 127.0.0.1:%2$d ssl;
                        ssl_certificate %3$s;
                        ssl_certificate_key %4$s;
                        ssl_session_cache shared:tls:1m;
                        %5$s
                    }
                }
                """.formatted(directory.toAbsolutePath(), port, own.cert().toAbsolutePath(),
                own.key().toAbsolutePath(), server));
        Process process = new ProcessBuilder(List.of("nginx", "-p", directory.toAbsolutePath().toString(),
                "-c", config.toAbsolutePath().toString())).redirectErrorStream(true)
                .redirectOutput(directory.resolve("nginx.log").toFile()).start();
        Await.until(() -> "nginx listens: " + log(directory), () -> listens(port) || !process.isAlive());
        if (!process.isAlive()) {
            throw new IOException(log(directory));
        }
        return new Nginx(process, port);
    }

    private static String log(Path directory) {
        try {
            return Files.readString(directory.resolve("nginx.log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static boolean listens(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    public String url() {
        return "https://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    @Override
    public void close() {
        // Its workers end with it.
        process.destroy();
    }
}

package dev.gyre.kit;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Executors;

/** A backend in a process of its own, to be stopped by signals. It answers everything with an empty 200. */
public final class StoppableProcess implements AutoCloseable {

    /** For {@link HttpServer}, whose 0 means that the length is not known. */
    private static final int NO_BODY = -1;

    private final Process process;
    private final int port;

    private StoppableProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    public static StoppableProcess start() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classes = Path.of("target", "test-classes").toString();
        Process process = new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m",
                "-cp", classes, StoppableProcess.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        // What it prints is its port and nothing else, so that its output is never full.
        BufferedReader out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
        return new StoppableProcess(process, Integer.parseInt(out.readLine()));
    }

    /** What the process does. */
    public static void main(String[] none) throws IOException {
        HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", exchange -> {
            // In one write: who is stopped has sent the whole of an answer or nothing of it.
            exchange.sendResponseHeaders(200, NO_BODY);
            exchange.close();
        });
        server.start();
        System.out.println(server.getAddress().getPort());
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    /** SIGSTOP: the process stands still, the system goes on taking connections and requests for it. */
    public void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** SIGCONT. */
    public void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}

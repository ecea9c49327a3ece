package dev.gyre.kit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;

/** {@code openssl s_server} on a free port, which answers GET with a page about the connection. */
public final class SslServer implements AutoCloseable {

    private final Process process;
    private final int port;

    private SslServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** @param options of s_server, beside certificate and key */
    public static SslServer start(Pki.Pair own, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("openssl", "s_server", "-accept", "127.0.0.1:0",
                "-cert", own.cert().toString(), "-key", own.key().toString(), "-www"));
        command.addAll(List.of(options));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader said = new BufferedReader(new InputStreamReader(process.getInputStream()));
        StringBuilder all = new StringBuilder();
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            all.append(line).append('\n');
            if (line.startsWith("ACCEPT ")) {
                Thread reader = new Thread(() -> said.lines().forEach(more -> { }), "s_server");
                reader.setDaemon(true);
                reader.start();
                return new SslServer(process, Integer.parseInt(line.substring(line.lastIndexOf(':') + 1)));
            }
        }
        throw new IOException("openssl s_server: " + all);
    }

    public int port() {
        return port;
    }

    public String url() {
        return "https://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}

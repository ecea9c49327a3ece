import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes the cache that lets Gyre start in half the time: runs the jar with a warm-up, which asks for
 * everything that the data path does, and before an origin of its own, lets requests with and without a body
 * go through it, and stops it gracefully, upon which the JVM writes down what it has loaded and linked. From
 * JDK 25 that is {@code gyre.aot} (JEP 483, 514 and 515), before it {@code gyre.jsa} (JEP 350). It serves
 * this JDK, this jar and this collector only; any other ignores it.
 *
 * <p>Argument: the directory of {@code gyre.jar}. Run by {@code mvn package -Paot}.
 */
final class Train {

    private static final int REQUESTS = 3000;
    private static final long PATIENCE_SECONDS = 120;
    private static final Pattern LISTENING = Pattern.compile("listening on \\S+:(\\d+),");
    private static final int JDK = Runtime.version().feature();

    private Train() { }

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]).toAbsolutePath();
        Path cache = directory.resolve(JDK >= 25 ? "gyre.aot" : "gyre.jsa");
        Files.deleteIfExists(cache);
        Path work = Files.createTempDirectory("gyre-train-");
        HttpServer origin = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        origin.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        origin.start();
        Process gyre = start(directory, cache, write(work, origin.getAddress().getPort()));
        try {
            List<String> log = new ArrayList<>();
            send(port(gyre, log));
            // Not Process.destroy, which would close the stream that the node still writes to.
            gyre.toHandle().destroy();
            gyre.getInputStream().transferTo(OutputStream.nullOutputStream());
            if (!gyre.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || !Files.exists(cache)) {
                throw new IllegalStateException("no " + cache + " was written; the node said " + log);
            }
        } finally {
            gyre.destroyForcibly();
            origin.stop(0);
        }
        System.out.println(cache + ": " + (Files.size(cache) >> 20) + " MB");
    }

    private static Process start(Path directory, Path cache, Path config) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // As in target/vertx: a cache made with one collector or other flags may not serve another.
        if (JDK >= 24) {
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of("-XX:+UseParallelGC", "-XX:FreqInlineSize=100", "-XX:MaxInlineLevel=9",
                "-XX:InlineSmallCode=1500",
                (JDK >= 25 ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + cache,
                "-jar", directory.resolve("gyre.jar").toString(),
                "run", "dev.gyre.MainVerticle", "-conf", config.toString()));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static Path write(Path work, int originPort) throws IOException {
        return Files.writeString(work.resolve("gyre.json"), """
                {"listeners": [{"host": "127.0.0.1", "port": 0}], "admin": {"port": 0}, "data": "%s",
                 "warmUp": "60s", "services": {"origin": {"backends": ["http://127.0.0.1:%d"]}}}
                """.formatted(work.resolve("data"), originPort));
    }

    private static int port(Process gyre, List<String> log) throws IOException {
        BufferedReader lines = new BufferedReader(
                new InputStreamReader(gyre.getInputStream(), StandardCharsets.UTF_8));
        int port = 0;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            log.add(line);
            Matcher matcher = LISTENING.matcher(line);
            port = matcher.find() ? Integer.parseInt(matcher.group(1)) : port;
            if (line.contains("ready after")) {
                return port;
            }
        }
        throw new IllegalStateException("the node did not start: " + log);
    }

    private static void send(int port) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpRequest.Builder to = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"));
        HttpRequest get = to.build();
        HttpRequest post = to.POST(BodyPublishers.ofString("x".repeat(100_000))).build();
        for (int i = 0; i < REQUESTS; i++) {
            int status = client.send(i % 10 == 0 ? post : get, BodyHandlers.discarding()).statusCode();
            if (status != 200) {
                throw new IllegalStateException("status " + status + " (expected: 200)");
            }
        }
    }
}

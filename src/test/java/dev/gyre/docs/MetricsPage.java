package dev.gyre.docs;

import static dev.gyre.docs.Markdown.code;

import dev.gyre.kit.Await;
import dev.gyre.kit.Certificates;
import dev.gyre.kit.Frames;
import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Place;
import dev.gyre.kit.Wire;
import dev.gyre.model.Failure;
import dev.gyre.model.StatusClass;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@code metrics.md}: what a node with everything switched on exposes. */
final class MetricsPage {

    private static final Pattern COMMENT = Pattern.compile("# (HELP|TYPE) (\\S+) (.*)");
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
    /** Labels whose values are not words of Gyre's. */
    private static final Set<String> NAMES = Set.of("service", "backend", "address", "name", "node", "id",
            "file");

    private static final Map<String, Set<String>> ENDS = Map.of(
            "code", words(StatusClass.values(), StatusClass::word),
            "outcome", words(Failure.values(), Failure::word));

    private static final String CONFIG = """
            {"listeners": [{"host": "127.0.0.1", "port": 0},
                           {"host": "127.0.0.1", "port": 0, "tls": {"certificates": [PAIR]}}],
             "services": {
               "web": {"backends": ["UP", "http://LOCALHOST", "http://nowhere.invalid:1"], "limit": 100,
                       "retry": {"hedge": {"after": "p95"}}, "hold": {"whenEmpty": "5s"}},
               "failing": {"backends": ["UP", "DOWN"]},
               "probed": {"backends": ["DOWN"], "health": {"tcp": {}, "interval": "100ms", "fall": 1}}},
             "routes": [{"path": "/failing", "service": "failing"}, {"path": "/probed", "service": "probed"},
                        {"service": "web"}],
             "resolver": {"servers": ["127.0.0.1:1"], "timeout": "10ms", "backoff": {"base": "100ms"}},
             "cluster": {"name": "pages", "host": "CLUSTER", "eventBusPort": 0, "secret": "of-the-pages"}}
            """;

    private final Map<String, String> helps = new LinkedHashMap<>();
    private final Map<String, String> types = new TreeMap<>();
    private final Map<String, Map<String, Set<String>>> labels = new TreeMap<>();

    /** What is there before anything has happened is there always, with all its values. */
    private boolean first = true;

    private MetricsPage() {
    }

    private static <T> Set<String> words(T[] all, Function<T, String> word) {
        return Arrays.stream(all).map(word).collect(Collectors.toSet());
    }

    static String text(Path dir) throws Exception {
        try (Origin origin = Origin.saying("hello"); GyreProcess node = start(dir, origin)) {
            URI proxy = URI.create("http://127.0.0.1:" + node.port());
            URI metrics = URI.create("http://127.0.0.1:" + node.adminPort() + "/metrics");
            MetricsPage page = new MetricsPage();
            // Some samples are there only once something has failed.
            Await.until(() -> "samples of " + page.without(), () -> {
                get(proxy.resolve("/failing"));
                askNode(node.port());
                askForTunnel(node.port());
                new String(get(metrics), StandardCharsets.UTF_8).lines().forEach(page::line);
                page.first = false;
                return page.without().isEmpty();
            });
            return page.page();
        }
    }

    /** A node of a cluster in which all is switched on, and every other backend fails. */
    private static GyreProcess start(Path dir, Origin origin) throws Exception {
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String config = CONFIG.replace("UP", origin.url())
                    .replace("LOCALHOST", "localhost:" + origin.port())
                    .replace("DOWN", "http://localhost:" + closed.getLocalPort())
                    .replace("CLUSTER", Place.ownAddress()).replace("PAIR", pair(dir));
            GyreProcess node = GyreProcess.start(List.of(), List.of("run", "dev.gyre.MainVerticle", "-conf",
                    GyreProcess.write(dir, new JsonObject(config)).toString(), "-cluster"));
            node.await("ready after");
            return node;
        }
    }

    private static String pair(Path dir) throws Exception {
        Certificates made = Certificates.in(dir.resolve("tls"), "example.org");
        return new JsonObject().put("cert", made.cert().toString()).put("key", made.key().toString())
                .encode();
    }

    private static byte[] get(URI uri) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        try (InputStream body = connection.getResponseCode() < 400 ? connection.getInputStream()
                : connection.getErrorStream()) {
            return body.readAllBytes();
        }
    }

    private static void askForTunnel(int port) throws IOException {
        try (Wire wire = Wire.to(port)) {
            wire.write(Frames.ASKING).readHead();
        }
    }

    /** A request that no service has a part in. */
    private static void askNode(int port) throws IOException {
        try (Wire wire = Wire.to(port)) {
            wire.write("OPTIONS * HTTP/1.1\r\nHost: pages\r\n\r\n").readHead();
        }
    }

    /** Those of which no sample has been seen. */
    private Set<String> without() {
        Set<String> names = new TreeSet<>(helps.keySet());
        names.removeAll(labels.keySet());
        return helps.isEmpty() ? Set.of("anything") : names;
    }

    private void line(String line) {
        Matcher comment = COMMENT.matcher(line);
        Matcher sample = SAMPLE.matcher(line);
        if (comment.matches()) {
            (comment.group(1).equals("HELP") ? helps : types).put(comment.group(2), comment.group(3));
        } else if (sample.matches()) {
            Map<String, Set<String>> ofFamily = labels.computeIfAbsent(family(sample.group(1)),
                    name -> new LinkedHashMap<>());
            Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
            while (label.find()) {
                Set<String> values = ofFamily.computeIfAbsent(label.group(1), name -> new TreeSet<>());
                if (first) {
                    values.add(label.group(2));
                }
                // A request can end in any way.
                values.addAll(ENDS.getOrDefault(label.group(1), Set.of()));
            }
        }
    }

    /** A histogram's samples carry a suffix behind its name. */
    private String family(String sample) {
        return helps.containsKey(sample) ? sample : sample.replaceFirst("_(bucket|sum|count|created)$", "");
    }

    private String page() {
        StringBuilder text = new StringBuilder("# Metrics\n\n");
        text.append(Markdown.note("`/metrics` of a running node")).append("""
                Every node exposes its own view at `GET /metrics` of its [admin port](admin.md), in Prometheus' text
                format. Counters begin at 0 when the node starts. Alert rules are in
                [Operations](operations.md#alerts).

                `service`, `backend`: name of the service, URL of the backend. `address`: one of the addresses of a
                backend whose URL has a DNS name. Labels whose values are known beforehand are listed [below](#values-of-labels).
                `code`: `none` where no head of an answer was sent. `outcome`: `answered` where a backend's answer, or one
                to OPTIONS, went through, `redirected` and `acme-challenge` where the settings of the listener
                gave the answer, else what the request failed by.

                """).append(Markdown.head("metric", "type", "labels", "meaning"));
        helps.forEach((name, help) -> text.append(Markdown.row(code(name), types.getOrDefault(name, ""),
                labels.getOrDefault(name, Map.of()).keySet().stream().map(Markdown::code)
                        .collect(Collectors.joining(", ")), help)));
        text.append("\n## Values of labels\n\n").append(Markdown.head("metric", "label", "values"));
        helps.keySet().forEach(name -> labels.getOrDefault(name, Map.of()).forEach((label, values) -> {
            if (!NAMES.contains(label) && values.size() > 1) {
                text.append(Markdown.row(code(name), code(label),
                        values.stream().map(Markdown::code).collect(Collectors.joining(", "))));
            }
        }));
        return text.toString();
    }
}

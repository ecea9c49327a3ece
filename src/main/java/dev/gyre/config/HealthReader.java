package dev.gyre.config;

import dev.gyre.model.HealthPolicy;
import dev.gyre.model.Probe;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The key {@code health} of a service, to and from JSON. */
final class HealthReader {

    /** Of a probe that is not wanted; by it one kind makes room for the other. */
    private static final String OFF = "off";
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(1);
    /** Those that change nothing (RFC 9110, section 9.2.1). */
    private static final List<String> METHODS = List.of("GET", "HEAD", "OPTIONS");
    private static final String PATH = "a path such as \"/health\", visible ASCII characters";
    private static final Pattern PATH_FORM = Pattern.compile("/[!-\"$-~]{0,2000}");
    private static final String STATUS = "text such as \"204\" or \"200-399\", 100..599";
    private static final Pattern STATUS_FORM = Pattern.compile("([1-5]\\d\\d)(?:-([1-5]\\d\\d))?");
    private static final String HOST = "a host with or without a port";
    private static final Pattern HOST_FORM = Pattern.compile("[A-Za-z0-9._:\\[\\]-]{1,261}");

    private HealthReader() { }

    static HealthPolicy read(Fields health, HealthPolicy base) {
        HealthPolicy policy = new HealthPolicy(
                probe(health, base.probe()),
                health.duration("interval", SHORTEST_INTERVAL, base.interval()),
                health.duration("timeout", SHORTEST_TIMEOUT, base.timeout()),
                health.integer("rise", 1, 100, base.rise()),
                health.integer("fall", 1, 100, base.fall()),
                health.value("panic").map(value -> value.fraction(0, 1, base.panic())).orElse(base.panic()));
        health.done();
        return policy;
    }

    private static Probe probe(Fields health, Probe base) {
        Optional<Fields> http = wanted(health, "http");
        Optional<Fields> tcp = wanted(health, "tcp");
        Optional<Probe> asked = http.map(fields -> http(fields, base));
        Optional<Probe> connected = tcp.map(HealthReader::tcp);
        if (asked.isPresent() && connected.isPresent()) {
            health.refuse("tcp", "beside \"http\"", "one of the two, the other absent or \"off\"");
        }
        boolean ended = health.value(base instanceof Probe.Tcp ? "tcp" : "http").isPresent();
        return asked.or(() -> connected).orElse(ended ? new Probe.None() : base);
    }

    /** Empty when absent or off. */
    private static Optional<Fields> wanted(Fields health, String kind) {
        return health.value(kind).filter(value -> !value.is(OFF)).flatMap(Value::object);
    }

    private static Probe http(Fields http, Probe before) {
        Probe.Http base = before instanceof Probe.Http same ? same : Probe.Http.DEFAULT;
        Optional<int[]> status = http.value("status").flatMap(HealthReader::status);
        String method = http.value("method").flatMap(HealthReader::method).orElse(base.method());
        Optional<String> body = http.value("body").flatMap(value -> value.text("a text in the answer's body"))
                .or(base::body);
        if (method.equals("HEAD") && body.isPresent()) {
            http.refuse("body", "set", "nothing, for an answer to HEAD has no body");
        }
        Probe.Http probe = new Probe.Http(method,
                http.value("path").flatMap(value -> matching(value, PATH, PATH_FORM)).orElse(base.path()),
                status.map(range -> range[0]).orElse(base.least()),
                status.map(range -> range[1]).orElse(base.most()),
                body,
                http.value("host").flatMap(value -> matching(value, HOST, HOST_FORM)).or(base::host),
                port(http).or(base::port));
        http.done();
        return probe;
    }

    private static Probe tcp(Fields tcp) {
        Probe.Tcp probe = new Probe.Tcp(port(tcp));
        tcp.done();
        return probe;
    }

    private static Optional<Integer> port(Fields fields) {
        return fields.value("port").map(value -> value.integer(1, 65_535, 1));
    }

    private static Optional<String> method(Value value) {
        Optional<String> word = value.text("one of " + String.join(", ", METHODS));
        if (word.isPresent() && !METHODS.contains(word.get())) {
            value.refuseNotOneOf(METHODS);
        }
        return word;
    }

    private static Optional<int[]> status(Value value) {
        Optional<Matcher> form = value.text(STATUS).map(STATUS_FORM::matcher);
        if (form.isEmpty()) {
            return Optional.empty();
        }
        if (form.get().matches()) {
            int least = Integer.parseInt(form.get().group(1));
            int most = form.get().group(2) == null ? least : Integer.parseInt(form.get().group(2));
            if (least <= most) {
                return Optional.of(new int[] {least, most});
            }
        }
        value.refuse(STATUS);
        return Optional.empty();
    }

    private static Optional<String> matching(Value value, String expected, Pattern form) {
        Optional<String> text = value.text(expected);
        if (text.isPresent() && !form.matcher(text.get()).matches()) {
            value.refuse(expected);
        }
        return text;
    }

    static JsonObject write(HealthPolicy health) {
        return new JsonObject()
                .put("http", health.probe() instanceof Probe.Http http ? write(http) : OFF)
                .put("tcp", health.probe() instanceof Probe.Tcp tcp ? write(tcp) : OFF)
                .put("interval", Durations.text(health.interval()))
                .put("timeout", Durations.text(health.timeout()))
                .put("rise", health.rise()).put("fall", health.fall()).put("panic", health.panic());
    }

    private static JsonObject write(Probe.Http http) {
        JsonObject json = new JsonObject().put("method", http.method()).put("path", http.path())
                .put("status", http.least() == http.most() ? "" + http.least()
                        : http.least() + "-" + http.most());
        http.body().ifPresent(body -> json.put("body", body));
        http.host().ifPresent(host -> json.put("host", host));
        http.port().ifPresent(port -> json.put("port", port));
        return json;
    }

    private static JsonObject write(Probe.Tcp tcp) {
        JsonObject json = new JsonObject();
        tcp.port().ifPresent(port -> json.put("port", port));
        return json;
    }
}

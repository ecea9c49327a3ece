package dev.gyre.config;

import dev.gyre.model.HealthPolicy;
import dev.gyre.model.Probe;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.stream.Stream;

/** The key {@code health} of a service, to and from JSON. */
final class HealthReader {

    /** Of a probe that is not wanted; by it one kind makes room for the other. */
    private static final String OFF = "off";

    private HealthReader() { }

    static HealthPolicy read(Fields health, HealthPolicy base) {
        HealthPolicy policy = new HealthPolicy(
                probe(health, base.probe()),
                health.duration("interval", base.interval()),
                health.duration("timeout", base.timeout()),
                health.integer("rise", base.rise()),
                health.integer("fall", base.fall()),
                health.fraction("panic", base.panic()));
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
        String method = http.value("method").flatMap(Value::word).orElse(base.method());
        Optional<String> body = http.text("body").or(base::body);
        if (method.equals("HEAD") && body.isPresent()) {
            http.refuse("body", "set", "nothing, for an answer to HEAD has no body");
        }
        Probe.Http probe = new Probe.Http(method,
                http.text("path").orElse(base.path()),
                status.map(range -> range[0]).orElse(base.least()),
                status.map(range -> range[range.length - 1]).orElse(base.most()),
                body,
                http.text("host").or(base::host),
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
        return fields.value("port").map(value -> value.integer(1));
    }

    private static Optional<int[]> status(Value value) {
        Optional<int[]> range = value.text().map(text -> Stream.of(text.split("-"))
                .mapToInt(Integer::parseInt).toArray());
        if (range.isPresent() && range.get()[0] > range.get()[range.get().length - 1]) {
            value.refuse(value.expected());
        }
        return range;
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

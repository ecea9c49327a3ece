package dev.gyre.config;

import dev.gyre.config.ResolverSettings.Server;
import dev.gyre.model.AddressFamily;
import dev.gyre.model.RetryPolicy.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The config's key {@code resolver}. */
final class ResolverReader {

    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(10);
    /** Between two questions: a time to live of 0 must not become a flood. */
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final String SERVER_FORM =
            "an address, with or without a port, such as \"10.0.0.53\" or \"[fd00::53]:5353\"";
    private static final Pattern WITH_PORT = Pattern.compile("(?:\\[([^]]*)]|([^:]*))(?::(\\d{1,5}))?");

    private ResolverReader() { }

    static ResolverSettings resolver(Fields top) {
        ResolverSettings base = ResolverSettings.DEFAULT;
        Fields fields = top.object("resolver");
        List<Server> servers = servers(fields);
        Duration timeout = fields.duration("timeout", SHORTEST_TIMEOUT, base.timeout());
        Duration minTtl = fields.duration("minTtl", SHORTEST_PAUSE, base.minTtl());
        Duration maxTtl = fields.duration("maxTtl", SHORTEST_PAUSE, base.maxTtl());
        noLessThan(fields, "maxTtl", maxTtl, "minTtl", minTtl);
        Fields backoff = fields.object("backoff");
        Backoff pauses = new Backoff(backoff.duration("base", SHORTEST_PAUSE, base.backoff().base()),
                backoff.duration("max", SHORTEST_PAUSE, base.backoff().max()));
        noLessThan(backoff, "max", pauses.max(), "base", pauses.base());
        backoff.done();
        AddressFamily family = fields.value("family").map(ResolverReader::family).orElse(base.family());
        fields.done();
        return new ResolverSettings(servers, timeout, minTtl, maxTtl, pauses, family);
    }

    private static void noLessThan(Fields fields, String key, Duration value, String other, Duration least) {
        if (value.compareTo(least) < 0) {
            fields.refuse(key, Durations.text(value) + ", less than " + other,
                    "at least " + Durations.text(least));
        }
    }

    private static AddressFamily family(Value value) {
        Optional<AddressFamily> family = value.asText().flatMap(AddressFamily::of);
        if (family.isEmpty()) {
            value.refuseNotOneOf(AddressFamily.words());
        }
        return family.orElse(AddressFamily.AUTO);
    }

    private static List<Server> servers(Fields fields) {
        if (fields.value("servers").filter(Value::isEmpty).isPresent()) {
            fields.refuse("servers", "empty", "at least one server, or no such key for the system's");
        }
        List<Server> servers = new ArrayList<>();
        for (Value item : fields.items("servers")) {
            Optional<String> text = item.text(SERVER_FORM);
            Optional<Server> server = text.flatMap(ResolverReader::server);
            if (text.isPresent() && server.isEmpty()) {
                item.refuse(SERVER_FORM);
            }
            server.ifPresent(servers::add);
        }
        return servers;
    }

    private static Optional<Server> server(String text) {
        if (isAddress(text)) {
            return Optional.of(new Server(text, Server.DNS_PORT));
        }
        Matcher form = WITH_PORT.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        String address = form.group(1) == null ? form.group(2) : form.group(1);
        int port = form.group(3) == null ? Server.DNS_PORT : Integer.parseInt(form.group(3));
        return isAddress(address) && port >= 1 && port <= NodeReader.MAX_PORT
                ? Optional.of(new Server(address, port)) : Optional.empty();
    }

    private static boolean isAddress(String text) {
        return text.indexOf('/') < 0 && Network.parse(text).isPresent();
    }
}

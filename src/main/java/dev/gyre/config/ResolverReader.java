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

    private static final Pattern WITH_PORT = Pattern.compile("(?:\\[([^]]*)]|([^:]*))(?::(\\d{1,5}))?");

    private ResolverReader() { }

    static ResolverSettings resolver(Fields top) {
        ResolverSettings base = ResolverSettings.DEFAULT;
        Fields fields = top.object("resolver");
        List<Server> servers = servers(fields);
        Duration timeout = fields.duration("timeout", base.timeout());
        Duration minTtl = fields.duration("minTtl", base.minTtl());
        Duration maxTtl = fields.duration("maxTtl", base.maxTtl());
        noLessThan(fields, "maxTtl", maxTtl, "minTtl", minTtl);
        Fields backoff = fields.object("backoff");
        Backoff pauses = new Backoff(backoff.duration("base", base.backoff().base()),
                backoff.duration("max", base.backoff().max()));
        noLessThan(backoff, "max", pauses.max(), "base", pauses.base());
        backoff.done();
        AddressFamily family = fields.word("family", AddressFamily::of).orElse(base.family());
        fields.done();
        return new ResolverSettings(servers, timeout, minTtl, maxTtl, pauses, family);
    }

    private static void noLessThan(Fields fields, String key, Duration value, String other, Duration least) {
        if (value.compareTo(least) < 0) {
            fields.refuse(key, Durations.text(value) + ", less than " + other,
                    "at least " + Durations.text(least));
        }
    }

    private static List<Server> servers(Fields fields) {
        if (fields.value("servers").filter(Value::isEmpty).isPresent()) {
            fields.refuse("servers", "empty", "at least one server, or no such key for the system's");
        }
        List<Server> servers = new ArrayList<>();
        for (Value item : fields.items("servers")) {
            Optional<String> text = item.text();
            Optional<Server> server = text.flatMap(ResolverReader::server);
            if (text.isPresent() && server.isEmpty()) {
                item.refuse(item.expected());
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

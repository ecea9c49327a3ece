package dev.gyre.config;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Answers whether a node would start with a config, by reading it as a start does. */
public final class ConfigCheck {

    private ConfigCheck() { }

    /** @param lines for the operator: one with a summary and warnings, or one for each mistake */
    public record Report(boolean ok, List<String> lines) {

        public Report {
            lines = List.copyOf(lines);
        }
    }

    /** The config alone. */
    public static Future<Report> run(Vertx vertx, JsonObject given) {
        return run(vertx, given, settings -> new Report(true, List.of()));
    }

    /**
     * Never fails. A store that is reached over the event bus counts as empty: it needs a running node.
     *
     * @param given   as for {@link ConfigSource#open}
     * @param further judges what a config without mistakes refers to; may block
     */
    public static Future<Report> run(Vertx vertx, JsonObject given, Function<Settings, Report> further) {
        ConfigSource source = ConfigSource.open(vertx, given);
        return source.load()
                .compose(json -> vertx.executeBlocking(() -> report(ConfigReader.read(json), further)))
                .recover(cause -> Future.succeededFuture(new Report(false, List.of(cause.getMessage()))))
                .eventually(source::close);
    }

    private static Report report(Checked<Settings> checked, Function<Settings, Report> further) {
        return checked.accepted()
                .map(settings -> {
                    Report more = further.apply(settings);
                    return !more.ok() ? more : new Report(true, Stream.of(Stream.of(summary(settings)),
                            warnings(settings), more.lines().stream()).flatMap(lines -> lines).toList());
                })
                .orElseGet(() -> new Report(false,
                        checked.mistakes().stream().map(ConfigError::toString).toList()));
    }

    /** What a node would start with, and hardly anybody means. */
    private static Stream<String> warnings(Settings settings) {
        return settings.declared().services().values().stream().flatMap(service -> service.backends().stream()
                .flatMap(backend -> OwnListeners.warning(backend.url(), settings.listeners()).stream())
                .map(warning -> "warning: service " + service.name() + ": " + warning));
    }

    private static String summary(Settings settings) {
        int backends = settings.declared().services().values().stream()
                .mapToInt(service -> service.backends().size()).sum();
        String listeners = settings.listeners().stream().map(Listener::toString)
                .collect(Collectors.joining(", "));
        return "ok: " + count(settings.declared().services().size(), "service") + ", "
                + count(backends, "backend") + ", " + count(settings.declared().routes().size(), "route")
                + ", listening on " + listeners;
    }

    private static String count(int number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}

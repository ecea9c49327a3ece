package dev.gyre.cli;

import dev.gyre.config.Form;
import dev.gyre.config.SettingsTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A command as it is typed: {@code admin NOUN VERB ARGUMENTS OPTIONS}, or one word instead of noun and verb.
 *
 * @param name      of the command it stands for, e.g. {@code backend.add}
 * @param arguments fields given by place, all needed but those whose name ends in {@code ?}
 * @param options   fields given by {@code --name}; a dot in a name leads into an object
 * @param summary   one line for the help
 * @param example   what stands behind {@code gyre admin}
 */
record CliCommand(String name, List<String> arguments, Map<String, Kind> options, String summary,
        String example) {

    /** How an option's value is read. */
    enum Kind { TEXT, NUMBER, WORD_OR_NUMBER, FRACTION, FLAG, LIST, OBJECT }

    static final List<CliCommand> ALL = all();

    /** {@code backend add}. */
    String typed() {
        return name.replace('.', ' ');
    }

    static Optional<CliCommand> find(String typed) {
        return ALL.stream().filter(command -> command.typed().equals(typed)).findFirst();
    }

    static List<String> allTyped() {
        return ALL.stream().map(CliCommand::typed).toList();
    }

    /** {@code backend add SERVICE URL [--weight N]}. */
    String usage() {
        StringBuilder usage = new StringBuilder(typed());
        for (String argument : arguments) {
            usage.append(argument.endsWith("?")
                    ? " [" + argument.substring(0, argument.length() - 1).toUpperCase(Locale.ROOT) + "]"
                    : " " + argument.toUpperCase(Locale.ROOT));
        }
        options.forEach((option, kind) -> usage.append(" [--").append(option).append(switch (kind) {
            case TEXT, WORD_OR_NUMBER -> " …]";
            case NUMBER, FRACTION -> " N]";
            case FLAG -> "]";
            case LIST -> " …]…";
            case OBJECT -> " '{…}']";
        }));
        return usage.toString();
    }

    private static List<CliCommand> all() {
        List<String> backend = List.of("service", "url");
        Map<String, Kind> wait = Map.of("wait", Kind.FLAG, "timeout", Kind.TEXT);
        Map<String, Kind> drain = new TreeMap<>(wait);
        drain.put("ttl", Kind.TEXT);
        Map<String, Kind> route = Map.of("host", Kind.TEXT, "path", Kind.TEXT);
        Map<String, Kind> force = Map.of("force", Kind.FLAG);
        Map<String, Kind> fields = Map.of("fields", Kind.LIST);
        List<CliCommand> all = new ArrayList<>();
        all.add(command("backend.add", backend, 
                Map.of("weight", Kind.NUMBER, "zone", Kind.TEXT),
                "takes a backend in", "web http://10.0.0.9:9001 --weight 1"));
        all.add(command("backend.remove", backend, wait,
                "takes a backend out; requests in flight finish", "web http://10.0.0.9:9001 --wait"));
        all.add(command("backend.drain", backend, drain, "gives a backend no new requests",
                "web http://10.0.0.9:9001 --wait --timeout 30s --ttl 10m"));
        all.add(command("backend.resume", backend, Map.of(),
                "ends a drain; brings a removed backend of the config back", "web http://10.0.0.9:9001"));
        all.add(command("backend.weight", List.of("service", "url", "weight"), Map.of(),
                "sets a backend's share of requests, 1..1000", "web http://10.0.0.9:9001 5"));
        all.add(command("backend.reset", backend, fields,
                "hands what an operator set back to the config: the fields named, or all",
                "web http://10.0.0.9:9001 --fields weight,zone"));
        all.add(command("backend.announce", backend, Map.of("weight", Kind.NUMBER, "ttl", Kind.TEXT),
                "a backend says that it is there, again and again", "web http://10.0.0.9:9001 --ttl 10s"));
        all.add(command("backend.leave", backend, wait,
                "it says that it goes: drained first, then removed", "web http://10.0.0.9:9001 --wait"));
        all.add(command("backend.list", List.of("service?"), Map.of(),
                "shows backends and what this node sees of them", "web"));
        all.add(command("service.put", List.of("service"), policy(),
                "adds a service or changes its policy", "web --pool.maxConnections 100"));
        all.add(command("service.remove", List.of("service"), force,
                "removes a service that no route leads to; the only one with --force", "web"));
        all.add(command("service.reset", List.of("service"), fields,
                "hands settings back to the config: those named, or all",
                "web --fields pool.maxConnections"));
        all.add(command("service.hold", List.of("service"), Map.of("for", Kind.TEXT),
                "lets requests wait while backends are exchanged, so long at most", "web --for 30s"));
        all.add(command("service.release", List.of("service"), Map.of(),
                "lets the requests that wait go, evenly", "web"));
        all.add(command("service.list", List.of(), Map.of(), "shows services and their policies", ""));
        Map<String, Kind> putRoute = new TreeMap<>(route);
        putRoute.putAll(force);
        List.of("maxBody", "priority").forEach(key -> putRoute.put(key, Kind.TEXT));
        all.add(command("route.put", List.of("service"), putRoute,
                "leads requests to a service; a first route for some requests only needs --force",
                "web --host api.example.com --path '/v1/*' --maxBody 10MB"));
        all.add(command("route.remove", List.of(), route,
                "removes a route", "--host api.example.com --path '/v1/*'"));
        Map<String, Kind> resetRoute = new TreeMap<>(route);
        resetRoute.putAll(fields);
        all.add(command("route.reset", List.of(), resetRoute, "hands a route back to the config",
                "--host api.example.com --path '/v1/*'"));
        all.add(command("route.list", List.of(), Map.of(), "shows routes", ""));
        all.add(command("topology.get", List.of(), Map.of(), "shows all that is wanted of the nodes", ""));
        all.add(command("node.list", List.of(), Map.of(), "shows the nodes", ""));
        all.add(command("cluster.status", List.of(), Map.of(),
                "says whether all members are there and agree; exits 1 if not", ""));
        all.add(command("history", List.of("service?"), Map.of("limit", Kind.NUMBER),
                "shows who changed what, the latest change first", "web --limit 20"));
        all.add(command("diff", List.of("from", "to?"), Map.of(),
                "shows what differs between two versions, or between one and now",
                "019d0c4f5a0.0000 019d0c61b3e"));
        all.add(command("rollback", List.of("to"), Map.of(),
                "makes all as it was at a version; is a change like any other", "019d0c4f5a0.0000"));
        return List.copyOf(all);
    }

    /** Each setting that has a value of its own; an object only where a word can stand in its place. */
    private static Map<String, Kind> policy() {
        Map<String, Kind> policy = new TreeMap<>(Map.of("backends", Kind.LIST, "json", Kind.OBJECT));
        SettingsTable.policy().visit((path, setting) -> {
            if (!(setting.form() instanceof Form.Group)) {
                policy.put(path, kind(setting.form()));
            }
        });
        return policy;
    }

    private static Kind kind(Form form) {
        if (form instanceof Form.Either either) {
            return either.forms().stream().anyMatch(Form.Whole.class::isInstance) ? Kind.WORD_OR_NUMBER
                    : Kind.TEXT;
        }
        return form instanceof Form.Whole ? Kind.NUMBER
                : form instanceof Form.Fraction ? Kind.FRACTION
                : form instanceof Form.Items ? Kind.LIST : Kind.TEXT;
    }

    private static CliCommand command(String name, List<String> arguments, Map<String, Kind> options,
                                      String summary, String example) {
        return new CliCommand(name, arguments, new TreeMap<>(options), summary,
                (name.replace('.', ' ') + " " + example).strip());
    }
}

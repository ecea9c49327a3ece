package dev.gyre.cli;

import dev.gyre.cli.CliOption.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A command as it is typed: {@code admin NOUN VERB ARGUMENTS OPTIONS}, or one word instead of noun and verb.
 *
 * @param name      of the command it stands for, e.g. {@code backend.add}
 * @param arguments fields given by place, all needed but those whose name ends in {@code ?}
 * @param own       options of this command alone, but for the settings of {@code service put}
 * @param summary   one line for the help
 * @param example   what stands behind {@code gyre admin}
 */
record CliCommand(String name, List<String> arguments, List<CliOption> own, String summary, String example) {

    private static final String PUT_SERVICE = "service.put";

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

    /** Whether it takes every setting of a service, and an object of settings by {@code --json}. */
    boolean takesSettings() {
        return name.equals(PUT_SERVICE);
    }

    /** By name. */
    List<CliOption> options() {
        return takesSettings() ? Stream.concat(own.stream(), ServiceSettings.options().stream())
                .sorted(Comparator.comparing(CliOption::name)).toList() : own;
    }

    /** {@code backend add SERVICE URL [--weight N]}. */
    String usage() {
        StringBuilder usage = new StringBuilder(typed());
        for (String argument : arguments) {
            usage.append(argument.endsWith("?")
                    ? " [" + argument.substring(0, argument.length() - 1).toUpperCase(Locale.ROOT) + "]"
                    : " " + argument.toUpperCase(Locale.ROOT));
        }
        own.forEach(option -> usage.append(' ').append(option.usage()));
        return usage.append(takesSettings() ? " [--SETTING VALUE]… [--json '{…}']" : "").toString();
    }

    private static List<CliCommand> all() {
        String backend = "service url";
        CliOption weight = CliOption.of("weight", Kind.NUMBER, "Its share of requests, 1..1000. Default: 1");
        CliOption wait = CliOption.of("wait", Kind.FLAG, "Answer when no request is in flight any more.");
        CliOption timeout = CliOption.of("timeout", Kind.TEXT, "How long --wait waits. Default: 30s");
        CliOption force = CliOption.of("force", Kind.FLAG, "Do it although requests lose their service.");
        CliOption fields = CliOption.of("fields", Kind.LIST, "Only these. Default: all");
        CliOption host = CliOption.of("host", Kind.TEXT, "api.example.com, *.example.com or *. Default: *");
        CliOption path = CliOption.of("path", Kind.TEXT, "/exact or a prefix such as '/v1/*'. Default: /*");
        List<CliCommand> all = new ArrayList<>();
        all.add(command("backend.add", backend, "adds a backend", "web http://10.0.0.9:9001 --weight 1",
                weight, CliOption.of("zone", Kind.TEXT, "Where it stands; see zones in the config.")));
        all.add(command("backend.remove", backend, "removes a backend; requests in flight finish",
                "web http://10.0.0.9:9001 --wait", timeout, wait));
        all.add(command("backend.drain", backend, "gives a backend no new requests",
                "web http://10.0.0.9:9001 --wait --timeout 30s --ttl 10m", timeout,
                CliOption.of("ttl", Kind.TEXT, "Resume it after this time. Default: never"),
                CliOption.of("tunnels", Kind.TEXT, "End its tunnels after this time. Default: never"), wait));
        all.add(command("backend.resume", backend,
                "ends a drain; brings a removed backend of the config back", "web http://10.0.0.9:9001"));
        all.add(command("backend.weight", "service url weight", "sets a backend's share of requests, 1..1000",
                "web http://10.0.0.9:9001 5"));
        all.add(command("backend.reset", backend,
                "hands what an operator set back to the config: the fields named, or all",
                "web http://10.0.0.9:9001 --fields weight,zone", fields));
        all.add(command("backend.announce", backend,
                "a backend announces itself; to be repeated within the ttl",
                "web http://10.0.0.9:9001 --ttl 10s",
                CliOption.of("ttl", Kind.TEXT, "How long the announcement holds, 3s or more."), weight));
        all.add(command("backend.leave", backend, "a backend takes its leave: drained first, then removed",
                "web http://10.0.0.9:9001 --wait", timeout, wait));
        all.add(command("backend.list", "service?", "shows backends and what this node sees of them", "web"));
        all.add(command(PUT_SERVICE, "service", "adds a service or changes its settings",
                "web --pool.maxConnections 100"));
        all.add(command("service.remove", "service",
                "removes a service that no route leads to; the only one with --force", "web", force));
        all.add(command("service.reset", "service", "hands settings back to the config: those named, or all",
                "web --fields pool.maxConnections", fields));
        all.add(command("service.hold", "service",
                "lets requests wait while backends are exchanged, at most for this time", "web --for 30s",
                CliOption.of("for", Kind.TEXT, "How long, 1s..10m.")));
        all.add(command("service.release", "service", "lets the requests that wait go, evenly", "web"));
        all.add(command("service.list", "", "shows services and their settings", ""));
        all.add(command("route.put", "service",
                "leads requests to a service; a first route for some requests only needs --force",
                "web --host api.example.com --path '/v1/*' --maxBody 10MB", force, host,
                CliOption.of("maxBody", Kind.TEXT, "The largest request body, e.g. 10MB."), path,
                new CliOption("priority", Kind.TEXT, "Who is refused last when the service is full.",
                        List.of("critical", "normal", "sheddable"))));
        all.add(command("route.remove", "", "removes a route",
                "--host api.example.com --path '/v1/*'", host, path));
        all.add(command("route.reset", "", "hands a route back to the config",
                "--host api.example.com --path '/v1/*'", fields, host, path));
        all.add(command("route.list", "", "shows routes", ""));
        all.add(command("topology.get", "", "shows services, backends and routes as they are wanted", ""));
        all.add(command("node.list", "", "shows the nodes", ""));
        all.add(command("cluster.status", "",
                "says whether all members are there and agree; exits 1 if not", ""));
        all.add(command("history", "service?", "shows who changed what, the latest change first",
                "web --limit 20", CliOption.of("limit", Kind.NUMBER, "Changes shown, 1..1000.")));
        all.add(command("diff", "from to?",
                "shows what differs between two versions, or between one and now",
                "019d0c4f5a0.0000 019d0c61b3e"));
        all.add(command("rollback", "to", "makes all as it was at a version; is a change like any other",
                "019d0c4f5a0.0000"));
        return List.copyOf(all);
    }

    private static CliCommand command(String name, String arguments, String summary, String example,
            CliOption... options) {
        return new CliCommand(name, arguments.isEmpty() ? List.of() : List.of(arguments.split(" ")),
                List.of(options), summary, (name.replace('.', ' ') + " " + example).strip());
    }
}

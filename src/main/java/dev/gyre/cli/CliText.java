package dev.gyre.cli;

import java.util.AbstractMap.SimpleEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Replies for people: a sentence for a change, an aligned table for a list. */
final class CliText {

    private static final String HEALTHY = "healthy";

    /** Columns of routes that are shown only where there is something in them. */
    private static final Set<String> OPTIONAL = Set.of("maxBody", "priority");

    private CliText() {
    }

    /** Without a line break at the end. */
    static String of(String command, Row reply) {
        return switch (command) {
            case "backend.list" -> backends(reply.rows("backends"));
            case "service.list" -> services(reply.rows("services"));
            case "route.list" -> routes(reply.rows("routes"));
            case "node.list" -> table("nodes", reply.rows("nodes"), "name", "id", "address", "version",
                    "uptime", "view", "age", "state", "agrees", "network", "clockOffsetMs",
                    "capacity");
            case "cluster.status" -> reply.text("summary");
            case "topology.get" -> topology(reply);
            case "history" ->
                    table("changes", reply.rows("changes"), "time", "version", "who", "node", "what");
            case "diff" -> differences(reply);
            default -> change(reply);
        };
    }

    private static String change(Row reply) {
        String text = reply.text("what", "done")
                + (reply.flag("changed", true) ? "" : " (no change)")
                + (reply.has("addresses") ? "; it stands for " + reply.list("addresses").stream()
                        .map(Object::toString).collect(Collectors.joining(", ")) : "")
                + (reply.has("warning") ? "; warning: " + reply.text("warning") : "")
                + (reply.has("unresolved")
                        ? "; it stands for no address yet: " + reply.text("unresolved") : "");
        if (!reply.has("drained")) {
            return text;
        }
        return text + (reply.flag("drained", false) ? "; nothing is in flight any more"
                : "; still in flight at the timeout: " + reply.text("inFlight") + perNode(reply));
    }

    /** Which node has how many, where there are several. */
    private static String perNode(Row reply) {
        List<Row> nodes = reply.rows("nodes");
        return nodes.size() < 2 ? "" : nodes.stream()
                .map(node -> node.text("name") + " " + node.text(node.has("inFlight") ? "inFlight" : "error"))
                .collect(Collectors.joining(", ", " (", ")"));
    }

    private static String backends(List<Row> backends) {
        boolean named = backends.stream().anyMatch(row -> row.has("address"));
        String table = table("backends", backends, Stream.of("service", "url", named ? "address" : "",
                "weight", "state", "origin", "inFlight", "inUse", "idle", "share", "maxConnections", "queued",
                "waitMedianMs", "refused", "requests", "failures").filter(column -> !column.isEmpty())
                .toArray(String[]::new));
        String ending = lines(backends, row -> row.has("ending"),
                row -> name(row) + ": " + row.text("ending"));
        String unhealthy = lines(backends, row -> !row.text("health", HEALTHY).equals(HEALTHY),
                row -> name(row) + " is " + row.text("health") + " since " + row.text("since")
                        + (row.has("until") ? " until " + row.text("until") : "") + ": "
                        + row.text("reason"));
        String saturated = lines(backends, row -> row.has("saturation"), row -> row.text("saturation"));
        String unreachable = lines(backends, row -> row.has("connectFailure"), row -> name(row)
                + " had no connection at the last attempt: " + row.text("connectFailure"));
        Set<String> held = backends.stream().filter(row -> row.has("heldUntil"))
                .map(row -> "\n" + row.text("service") + " is held until " + row.text("heldUntil")
                        + ": its requests wait").collect(Collectors.toCollection(TreeSet::new));
        Set<String> unresolved = backends.stream().filter(row -> row.row("dns").has("reason"))
                .map(CliText::unresolved).collect(Collectors.toCollection(TreeSet::new));
        return table + ending + unhealthy + unreachable + String.join("", unresolved) + saturated
                + String.join("", held) + layers(backends, CliText::backend);
    }

    private static String backend(Row row) {
        return row.text("service") + "/" + row.text("url");
    }

    /** Where a field comes from, for rows in which one layer overrules another. */
    private static String layers(List<Row> rows, Function<Row, String> name) {
        return rows.stream().map(row -> new SimpleEntry<>(name.apply(row), overruling(row)))
                .filter(row -> !row.getValue().isEmpty())
                .map(row -> "\n" + row.getKey() + ": " + row.getValue()).distinct()
                .collect(Collectors.joining());
    }

    /** {@code weight 9 (operator; config 1)} for each field that another layer than the resource's says. */
    private static String overruling(Row row) {
        Row fields = row.row("fields");
        return fields.fields().keySet().stream().filter(field -> {
            Row source = fields.row(field);
            return source.has("hides")
                    || !source.text("from").equals(row.text("origin", source.text("from")));
        }).map(field -> layered(field, fields.row(field))).collect(Collectors.joining(", "));
    }

    private static String layered(String field, Row source) {
        return field + " " + value(source) + " (" + source.text("from") + source.rows("hides").stream()
                .map(hidden -> "; " + hidden.text("from") + " " + value(hidden))
                .collect(Collectors.joining()) + ")";
    }

    private static String value(Row source) {
        Row end = source.row("value");
        return end.has("until") ? "until " + end.text("until") : source.text("value", "none");
    }

    private static String name(Row row) {
        return backend(row) + (row.has("address") ? " at " + row.text("address") : "");
    }

    private static String unresolved(Row row) {
        Row dns = row.row("dns");
        return "\n" + backend(row) + " cannot be resolved since " + dns.text("since") + ": "
                + dns.text("reason") + (row.has("address") ? "; the last good addresses stay" : "");
    }

    private static String lines(List<Row> rows, Predicate<Row> which, Function<Row, String> text) {
        return rows.stream().filter(which).map(row -> "\n" + text.apply(row))
                .collect(Collectors.joining());
    }

    private static String services(List<Row> services) {
        List<Row> rows = services.stream().map(service -> service
                .with("balance", service.row("balance").has("by") ? service.row("balance").text("by")
                        : service.value("balance"))
                .with("backends", service.list("backends").size())
                .with(service.row("pool")).with(service.row("timeouts")).with(service.row("retry"))).toList();
        return table("services", rows, "name", "origin", "backends", "balance", "host", "maxConnections",
                "scope", "maxQueue", "queueTimeout", "keepAlive", "connect", "firstByte", "idle", "request",
                "attempts") + lines(services, CliText::waits, CliText::held)
                + lines(services, service -> service.has("concurrency"), CliText::concurrency)
                + layers(services, service -> service.text("name"));
    }

    private static boolean waits(Row service) {
        return service.has("heldUntil") || service.number("waiting", 0) > 0;
    }

    private static String held(Row service) {
        return service.text("name") + (service.has("heldUntil")
                ? " is held until " + service.text("heldUntil") : " has no backend") + ", "
                + service.number("waiting", 0) + " requests wait on this node";
    }

    private static String concurrency(Row service) {
        Row now = service.row("concurrency");
        return service.text("name") + ": limit " + now.text("limit") + ", " + now.text("inFlight")
                + " requests in flight, " + now.text("refused") + " refused on this node";
    }

    private static String routes(List<Row> routes) {
        Stream<String> columns = Stream.of("host", "path", "service", "maxBody", "priority", "origin")
                .filter(column -> !OPTIONAL.contains(column)
                        || routes.stream().anyMatch(route -> route.has(column)));
        String table = table("routes", routes, columns.toArray(String[]::new));
        return routes.isEmpty() ? table + ": everything goes to the only service" : table
                + layers(routes, route -> "route " + route.text("host") + route.text("path"));
    }

    private static String topology(Row reply) {
        Row named = reply.row("services");
        List<Row> services = named.fields().keySet().stream()
                .map(name -> named.row(name).with("name", name)).toList();
        List<Row> backends = services.stream().flatMap(service -> service.rows("backends").stream()
                .map(backend -> backend.with("service", service.text("name")))).toList();
        return "version " + reply.text("version") + "\n\n" + services(services) + "\n\n"
                + table("backends", backends, "service", "url", "weight", "state", "origin")
                + layers(backends, CliText::backend) + "\n\n" + routes(reply.rows("routes"))
                + lines(reply.rows("removed"), row -> true, row -> "removed by the operator: "
                        + row.text("kind") + " " + row.text("name"))
                + lines(reply.rows("notUnderstood"), row -> true, row -> "not understood, and kept: "
                        + row.text("kind") + " " + row.text("name") + " (" + row.text("layer") + "): "
                        + row.text("what"));
    }

    private static String differences(Row reply) {
        String versions = reply.text("from") + " and " + reply.text("to");
        List<Row> differences = reply.rows("differences");
        return differences.isEmpty() ? "nothing differs between " + versions
                : differences.stream().map(one -> one.text("what"))
                        .collect(Collectors.joining("\n", "between " + versions + ":\n", ""));
    }

    /** Columns under their names, numbers to the right; what a row does not have is a dash. */
    private static String table(String rowsAre, List<Row> rows, String... columns) {
        if (rows.isEmpty()) {
            return "no " + rowsAre;
        }
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of(columns));
        rows.forEach(row -> lines.add(Stream.of(columns).map(row::text).toList()));
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder out = new StringBuilder();
            for (int i = 0; i < columns.length; i++) {
                out.append(i == 0 ? "" : "  ").append(cell(line.get(i), width(lines, i), numeric(lines, i)));
            }
            text.append(text.isEmpty() ? "" : "\n").append(out.toString().stripTrailing());
        }
        return text.toString();
    }

    private static int width(List<List<String>> lines, int column) {
        return lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
    }

    private static boolean numeric(List<List<String>> lines, int column) {
        return lines.stream().skip(1).map(line -> line.get(column))
                .allMatch(cell -> cell.equals("-") || cell.matches("\\d+(\\.\\d+)?"));
    }

    private static String cell(String text, int width, boolean right) {
        String pad = " ".repeat(width - text.length());
        return right ? pad + text : text + pad;
    }
}

package dev.gyre.cli;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
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

    /** Columns of routes that are shown only where there is something in them. */
    private static final Set<String> OPTIONAL = Set.of("maxBody", "priority");

    private CliText() {
    }

    /** Without a line break at the end. */
    static String of(String command, JsonObject reply) {
        return switch (command) {
            case "backend.list" -> backends(reply.getJsonArray("backends"));
            case "service.list" -> services(reply.getJsonArray("services"));
            case "route.list" -> routes(reply.getJsonArray("routes"));
            case "node.list" ->
                    table("nodes", reply.getJsonArray("nodes"), "name", "id", "address", "version", "uptime",
                            "view", "age", "state", "agrees", "network", "clockOffsetMs");
            case "cluster.status" -> reply.getString("summary");
            case "topology.get" -> topology(reply);
            case "history" ->
                    table("changes", reply.getJsonArray("changes"), "time", "version", "who", "node", "what");
            case "diff" -> differences(reply);
            default -> change(reply);
        };
    }

    private static String change(JsonObject reply) {
        String text = reply.getString("what", "done")
                + (reply.getBoolean("changed", true) ? "" : " (no change)")
                + (reply.containsKey("addresses") ? "; it stands for " + String.join(", ",
                        reply.getJsonArray("addresses").stream().map(Object::toString).toList()) : "")
                + (reply.containsKey("warning") ? "; warning: " + reply.getString("warning") : "")
                + (reply.containsKey("unresolved")
                        ? "; it stands for no address yet: " + reply.getString("unresolved") : "");
        if (!reply.containsKey("drained")) {
            return text;
        }
        return text + (reply.getBoolean("drained") ? "; nothing is in flight any more"
                : "; still in flight at the timeout: " + reply.getLong("inFlight") + perNode(reply));
    }

    /** Which node has how many, where there are several. */
    private static String perNode(JsonObject reply) {
        JsonArray nodes = reply.getJsonArray("nodes", new JsonArray());
        return nodes.size() < 2 ? "" : nodes.stream().map(JsonObject.class::cast)
                .map(node -> node.getString("name") + " " + (node.containsKey("inFlight")
                        ? node.getLong("inFlight").toString() : node.getString("error")))
                .collect(Collectors.joining(", ", " (", ")"));
    }

    private static String backends(JsonArray backends) {
        boolean named = backends.stream().anyMatch(row -> ((JsonObject) row).containsKey("address"));
        String table = table("backends", backends, Stream.of("service", "url", named ? "address" : "",
                "weight", "state", "origin", "inFlight", "inUse", "idle", "share", "maxConnections", "queued",
                "waitMedianMs", "refused", "requests", "failures").filter(column -> !column.isEmpty())
                .toArray(String[]::new));
        String ending = lines(backends, row -> row.containsKey("ending"),
                row -> name(row) + ": " + row.getString("ending"));
        String unfit = lines(backends, row -> !row.getString("health", "fit").equals("fit"),
                row -> name(row) + " is " + row.getString("health") + " since " + row.getString("since")
                        + (row.containsKey("until") ? " until " + row.getString("until") : "") + ": "
                        + row.getString("reason"));
        String saturated = lines(backends, row -> row.containsKey("saturation"),
                row -> row.getString("saturation"));
        Set<String> held = backends.stream().map(JsonObject.class::cast)
                .filter(row -> row.containsKey("heldUntil"))
                .map(row -> "\n" + row.getString("service") + " is held until " + row.getString("heldUntil")
                        + ": its requests wait").collect(Collectors.toCollection(TreeSet::new));
        Set<String> unresolved = backends.stream().map(JsonObject.class::cast)
                .filter(row -> row.getJsonObject("dns", new JsonObject()).containsKey("reason"))
                .map(CliText::unresolved).collect(Collectors.toCollection(TreeSet::new));
        return table + ending + unfit + String.join("", unresolved) + saturated + String.join("", held)
                + layers(backends, row -> row.getString("service") + "/" + row.getString("url"));
    }

    /** Where a field comes from, for rows in which one layer overrules another. */
    private static String layers(JsonArray rows, Function<JsonObject, String> name) {
        return rows.stream().map(JsonObject.class::cast)
                .map(row -> new SimpleEntry<>(name.apply(row), overruling(row)))
                .filter(row -> !row.getValue().isEmpty())
                .map(row -> "\n" + row.getKey() + ": " + row.getValue()).distinct()
                .collect(Collectors.joining());
    }

    /** {@code weight 9 (operator; config 1)} for each field that another layer than the resource's says. */
    private static String overruling(JsonObject row) {
        return row.getJsonObject("fields", new JsonObject()).stream().filter(field -> {
            JsonObject source = (JsonObject) field.getValue();
            return source.containsKey("hides")
                    || !source.getString("from").equals(row.getString("origin", source.getString("from")));
        }).map(field -> layered(field.getKey(), (JsonObject) field.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String layered(String field, JsonObject source) {
        return field + " " + value(source) + " (" + source.getString("from") + source
                .getJsonArray("hides", new JsonArray()).stream().map(JsonObject.class::cast)
                .map(hidden -> "; " + hidden.getString("from") + " " + value(hidden))
                .collect(Collectors.joining()) + ")";
    }

    private static String value(JsonObject source) {
        Object value = source.getValue("value");
        return value == null ? "none" : value instanceof JsonObject end && end.containsKey("until")
                ? "until " + end.getString("until") : value.toString();
    }

    private static String name(JsonObject row) {
        return row.getString("service") + "/" + row.getString("url")
                + (row.containsKey("address") ? " at " + row.getString("address") : "");
    }

    private static String unresolved(JsonObject row) {
        JsonObject dns = row.getJsonObject("dns");
        return "\n" + row.getString("service") + "/" + row.getString("url") + " cannot be resolved since "
                + dns.getString("since") + ": " + dns.getString("reason")
                + (row.containsKey("address") ? "; the last good addresses stay" : "");
    }

    private static String lines(JsonArray rows, Predicate<JsonObject> which,
                                Function<JsonObject, String> text) {
        return rows.stream().map(JsonObject.class::cast).filter(which).map(row -> "\n" + text.apply(row))
                .collect(Collectors.joining());
    }

    private static String services(JsonArray services) {
        JsonArray rows = new JsonArray();
        for (Object element : services) {
            JsonObject service = ((JsonObject) element).copy();
            JsonObject timeouts = service.getJsonObject("timeouts", new JsonObject());
            if (service.getValue("balance") instanceof JsonObject balance) {
                service.put("balance", balance.getString("by"));
            }
            rows.add(service.put("backends", service.getJsonArray("backends", new JsonArray()).size())
                    .mergeIn(service.getJsonObject("pool", new JsonObject())).mergeIn(timeouts)
                    .mergeIn(service.getJsonObject("retry", new JsonObject())));
        }
        return table("services", rows, "name", "origin", "backends", "balance", "host", "maxConnections",
                "scope", "maxQueue", "queueTimeout", "keepAlive", "connect", "firstByte", "idle", "request",
                "attempts") + lines(services, CliText::waits, CliText::held)
                + lines(services, service -> service.containsKey("concurrency"), CliText::concurrency)
                + layers(services, service -> service.getString("name"));
    }

    private static boolean waits(JsonObject service) {
        return service.containsKey("heldUntil") || service.getInteger("waiting", 0) > 0;
    }

    private static String held(JsonObject service) {
        return service.getString("name") + (service.containsKey("heldUntil")
                ? " is held until " + service.getString("heldUntil") : " has no backend") + ", "
                + service.getInteger("waiting", 0) + " requests wait on this node";
    }

    private static String concurrency(JsonObject service) {
        JsonObject now = service.getJsonObject("concurrency");
        return service.getString("name") + ": limit " + now.getInteger("limit") + ", "
                + now.getInteger("inFlight") + " requests in flight, " + now.getLong("refused")
                + " refused on this node";
    }

    private static String routes(JsonArray routes) {
        Stream<String> columns = Stream.of("host", "path", "service", "maxBody", "priority", "origin")
                .filter(column -> !OPTIONAL.contains(column) || routes.stream()
                        .anyMatch(route -> ((JsonObject) route).containsKey(column)));
        String table = table("routes", routes, columns.toArray(String[]::new));
        return routes.isEmpty() ? table + ": everything goes to the only service" : table
                + layers(routes, route -> "route " + route.getString("host") + route.getString("path"));
    }

    private static String topology(JsonObject reply) {
        JsonArray services = new JsonArray();
        JsonArray backends = new JsonArray();
        reply.getJsonObject("services").forEach(entry -> {
            JsonObject service = ((JsonObject) entry.getValue()).copy().put("name", entry.getKey());
            services.add(service);
            service.getJsonArray("backends").forEach(backend ->
                    backends.add(((JsonObject) backend).copy().put("service", entry.getKey())));
        });
        return "version " + reply.getString("version") + "\n\n" + services(services) + "\n\n"
                + table("backends", backends, "service", "url", "weight", "state", "origin")
                + layers(backends, row -> row.getString("service") + "/" + row.getString("url")) + "\n\n"
                + routes(reply.getJsonArray("routes"))
                + lines(reply.getJsonArray("removed"), row -> true, row -> "removed by the operator: "
                        + row.getString("kind") + " " + row.getString("name"))
                + lines(reply.getJsonArray("notUnderstood"), row -> true, row -> "not understood, and kept: "
                        + row.getString("kind") + " " + row.getString("name") + " (" + row.getString("layer")
                        + "): " + row.getString("what"));
    }

    private static String differences(JsonObject reply) {
        String versions = reply.getString("from") + " and " + reply.getString("to");
        JsonArray differences = reply.getJsonArray("differences");
        return differences.isEmpty() ? "nothing differs between " + versions
                : differences.stream().map(one -> ((JsonObject) one).getString("what"))
                        .collect(Collectors.joining("\n", "between " + versions + ":\n", ""));
    }

    /** Columns under their names, numbers to the right; what a row does not have is a dash. */
    private static String table(String rowsAre, JsonArray rows, String... columns) {
        if (rows.isEmpty()) {
            return "no " + rowsAre;
        }
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of(columns));
        for (Object row : rows) {
            List<String> cells = new ArrayList<>();
            for (String column : columns) {
                Object value = ((JsonObject) row).getValue(column);
                cells.add(value == null ? "-" : value.toString());
            }
            lines.add(cells);
        }
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

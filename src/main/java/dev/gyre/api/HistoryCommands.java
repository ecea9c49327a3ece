package dev.gyre.api;

import dev.gyre.registry.ChangeRecord;
import dev.gyre.registry.ChangeRecord.FieldChange;
import dev.gyre.registry.CommandRefused;
import dev.gyre.registry.Comparison;
import dev.gyre.registry.Difference;
import dev.gyre.registry.History;
import dev.gyre.registry.Registry;
import dev.gyre.registry.Rollback;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.stream.Stream;

/** The commands about earlier versions of the topology. */
final class HistoryCommands {

    private static final int MOST = 1_000;
    private static final int SHOWN = 50;
    private static final String VERSION = "a version, or its first characters, as \"history\" shows it";

    /** Always with three digits of a second, so that times align and sort as text. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Vertx vertx;
    private final Registry registry;

    HistoryCommands(Vertx vertx, Registry registry) {
        this.vertx = vertx;
        this.registry = registry;
    }

    Future<JsonObject> history(CommandFields fields) throws CommandRefused {
        int limit = fields.number("limit", 1, MOST, SHOWN);
        Optional<String> service = fields.text("service", "the name of a service");
        fields.done();
        History history = registry.history();
        Stream<ChangeRecord> changes =
                service.isPresent() ? history.changes(service.get()) : history.changes();
        return Future.succeededFuture(new JsonObject().put("ok", true)
                .put("version", history.now().version())
                .put("changes", new JsonArray(changes.limit(limit).map(HistoryCommands::change).toList())));
    }

    private static JsonObject change(ChangeRecord change) {
        JsonObject json = new JsonObject().put("version", change.version());
        if (change.timed()) {
            json.put("time", TIME.format(change.time()));
        }
        return json.put("who", change.author().text()).put("layer", change.author().layer().word())
                .put("node", change.node()).put("nodeId", change.nodeId()).put("what", change.what())
                .put("fields", new JsonArray(change.differences().stream().map(FieldChange::described)
                        .toList()));
    }

    Future<JsonObject> diff(CommandFields fields) throws CommandRefused {
        String from = fields.required("from", VERSION);
        Optional<String> to = fields.text("to", VERSION);
        fields.done();
        // Two topologies of 20,000 backends take some 100 ms, too long for an event loop.
        return vertx.executeBlocking(() -> diff(registry.history(), from, to), false);
    }

    private static JsonObject diff(History history, String from, Optional<String> to) throws CommandRefused {
        History.Point one = history.find(from);
        History.Point other = to.isPresent() ? history.find(to.get()) : history.now();
        return new JsonObject().put("ok", true).put("version", history.now().version())
                .put("from", one.version()).put("to", other.version())
                .put("differences", new JsonArray(Comparison.between(history.at(one), history.at(other))
                        .stream().map(Difference::toJson).toList()));
    }

    Future<JsonObject> rollback(CommandFields fields) throws CommandRefused {
        String to = fields.required("to", VERSION);
        fields.done();
        return registry.apply(new Rollback(to), fields.author()).map(Changes::reply);
    }
}

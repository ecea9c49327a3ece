package dev.gyre.api;

import dev.gyre.discovery.Discovery;
import dev.gyre.model.Role;
import dev.gyre.registry.CommandRefused;
import dev.gyre.registry.Registry;
import dev.gyre.registry.Suggestions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All commands, JSON in and JSON out; every door leads here. */
public final class CommandHandler {

    static final String COMMAND = "command";
    private static final Logger LOG = LoggerFactory.getLogger("gyre.admin");

    /** The commands of the role read; all others need the role operate. */
    private static final Set<String> READ_ONLY = Set.of("backend.list", "service.list", "route.list",
            "topology.get", "node.list", "cluster.status", "history", "diff");

    /** Longer messages are cut: some quote the command, which may be a megabyte. */
    private static final int LONGEST_REFUSAL = 8_000;

    private final Map<String, Action> actions = new TreeMap<>();
    private final CommandThreads threads;

    /** Reads its fields, ends with {@link CommandFields#done}, then acts. */
    private interface Action {
        Future<JsonObject> on(CommandFields fields) throws CommandRefused;
    }

    public CommandHandler(Vertx vertx, Registry registry, Observed observed, Nodes nodes,
            Discovery discovery, CommandThreads threads) {
        this.threads = threads;
        DrainWait drainWait = new DrainWait(vertx, nodes);
        Changes changes = new Changes(registry, observed, drainWait, nodes);
        actions.put("backend.add", changes::addBackend);
        actions.put("backend.remove", changes::removeBackend);
        actions.put("backend.drain", changes::drainBackend);
        actions.put("backend.resume", changes::resumeBackend);
        actions.put("backend.weight", changes::weighBackend);
        actions.put("backend.reset", changes::resetBackend);
        actions.put("service.put", changes::putService);
        actions.put("service.hold", changes::holdService);
        actions.put("service.release", changes::releaseService);
        actions.put("service.remove", changes::removeService);
        actions.put("service.reset", changes::resetService);
        actions.put("route.put", changes::putRoute);
        actions.put("route.remove", changes::removeRoute);
        actions.put("route.reset", changes::resetRoute);
        Announcements announcements = new Announcements(registry, discovery, drainWait, nodes);
        actions.put("backend.announce", announcements::announce);
        actions.put("backend.leave", announcements::leave);
        HistoryCommands history = new HistoryCommands(vertx, registry);
        actions.put("history", history::history);
        actions.put("diff", history::diff);
        actions.put("rollback", history::rollback);
        Listings listings = new Listings(registry, observed);
        actions.put("backend.list", listings::backends);
        actions.put("service.list", listings::services);
        actions.put("route.list", listings::routes);
        actions.put("topology.get", listings::topology);
        ClusterListings cluster = new ClusterListings(nodes, registry::status);
        actions.put("node.list", cluster::nodes);
        actions.put("cluster.status", cluster::status);
    }

    /** The names of all commands. */
    Set<String> names() {
        return actions.keySet();
    }

    /**
     * Fails only with {@link CommandRefused}.
     *
     * @param via its door, for history, e.g. {@code via bus}, which must admit only callers who may do
     *            everything
     */
    public Future<JsonObject> handle(JsonObject command, String via) {
        return handle(command, Caller.onBus(via));
    }

    Future<JsonObject> handle(JsonObject command, Caller caller) {
        boolean reads = command.getValue(COMMAND) instanceof String name && READ_ONLY.contains(name);
        return CommandThreads.on(reads ? threads.reads() : threads.changes(), () ->
                carryOut(command, caller, reads)
                        .recover(CommandHandler::shortened)
                        .onSuccess(reply -> Audit.done(command, caller, reads, reply))
                        .onFailure(refusal -> Audit.refused(command, caller, (CommandRefused) refusal)));
    }

    /** The text of a command, from it to the text of the reply; fails as {@link #handle} does. */
    Future<Buffer> handle(Buffer text, Caller caller) {
        return CommandThreads.on(threads.reads(), () -> {
            try {
                return encoded(handle(CommandText.parse(text), caller));
            } catch (CommandRefused e) {
                return Future.failedFuture(e);
            }
        });
    }

    /** The reply as text; for a large one that takes too long for an event loop. */
    Future<Buffer> encoded(Future<JsonObject> reply) {
        return CommandThreads.back(threads.reads(), reply).map(JsonObject::toBuffer);
    }

    /** The metrics of the node, written on the thread of the reading commands. */
    Future<Buffer> exposed(Metrics metrics, Exposition.Format format) {
        return CommandThreads.on(threads.reads(), () -> metrics.text(format)).map(Buffer::buffer);
    }

    private static Future<JsonObject> shortened(Throwable failure) {
        CommandRefused refusal = (CommandRefused) failure;
        String words = refusal.getMessage();
        return Future.failedFuture(words.length() <= LONGEST_REFUSAL ? refusal
                : new CommandRefused(refusal.code(), words.substring(0, LONGEST_REFUSAL) + "…"));
    }

    private Future<JsonObject> carryOut(JsonObject command, Caller caller, boolean reads) {
        try {
            Action action = action(command);
            if (!reads && caller.role() == Role.READ) {
                throw new CommandRefused(403, "the " + caller.credential().orElse("token given")
                        + " may read only (expected for this command: one of role operate)");
            }
            return action.on(new CommandFields(command, caller.text())).recover(CommandHandler::refused);
        } catch (CommandRefused | RuntimeException e) {
            return refused(e);
        }
    }

    private Action action(JsonObject command) throws CommandRefused {
        Object name = command.getValue(COMMAND);
        if (name == null) {
            throw new CommandRefused(400, "command: missing (known: " + String.join(", ", names()) + ")");
        }
        Action action = name instanceof String text ? actions.get(text) : null;
        if (action == null) {
            throw new CommandRefused(400, "command: " + CommandFields.found(name) + " is unknown "
                    + Suggestions.hint(name.toString(), names()));
        }
        return action;
    }

    private static Future<JsonObject> refused(Throwable failure) {
        if (failure instanceof CommandRefused) {
            return Future.failedFuture(failure);
        }
        LOG.error("admin: command failed", failure);
        return Future.failedFuture(new CommandRefused(500,
                "the command failed inside the node; its log says why"));
    }
}

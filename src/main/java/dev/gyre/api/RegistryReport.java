package dev.gyre.api;

import dev.gyre.registry.RegistryStatus;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Notes for the operator about this node's registry. */
public record RegistryReport(RegistryStatus status) {

    /** One line each; empty if there are none. The node serves in any case. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        status.broken().forEach(rule -> notes.add("rule broken: " + rule));
        status.disk().ifPresent(trouble -> notes.add("disk: " + trouble + "; commands are refused at this"
                + " node, and " + status.owed() + " entries of other nodes wait to be written"));
        if (!status.unknown().isEmpty()) {
            notes.add("entries of a newer version, kept and passed on without being understood: "
                    + status.unknown().size() + " (topology.get lists them)");
        }
        return notes;
    }

    /** Adds it to the report on the cluster. */
    JsonObject into(JsonObject clusterStatus) {
        String summary = clusterStatus.getString("summary");
        String notes = notes().stream().map(note -> "; " + note).collect(Collectors.joining());
        return clusterStatus.put("brokenRules", new JsonArray(status.broken()))
                .put("notUnderstood", status.unknown().size()).put("summary", summary + notes);
    }
}

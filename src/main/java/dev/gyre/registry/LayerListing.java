package dev.gyre.registry;

import dev.gyre.model.BackendId;
import dev.gyre.model.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/** The fields of each resource for listings: the layer each comes from, and the values it hides. */
public final class LayerListing {

    private final RegistryState state;

    LayerListing(RegistryState state) {
        this.state = state;
    }

    /** The fields of a backend, each {@code {"from": layer, "value": …, "hides": [{"from", "value"}]}}. */
    public JsonObject backend(BackendId id) {
        return fields(state.backendResource(id.service(), id.url()));
    }

    /** Those of a service, by the paths of its settings. */
    public JsonObject service(String name) {
        return fields(state.resource(Key.service(Origin.OPERATOR, name)));
    }

    /** Those of a route. */
    public JsonObject route(String host, String path) {
        return fields(state.resource(Key.route(Origin.OPERATOR, host, path)));
    }

    private static JsonObject fields(LayeredResource resource) {
        JsonObject fields = new JsonObject();
        resource.fields().byPath().forEach((path, source) -> {
            JsonObject field = said(path, source);
            if (!source.hides().isEmpty()) {
                field.put("hides", new JsonArray(source.hides().stream()
                        .map(hidden -> said(path, hidden)).toList()));
            }
            fields.put(path, field);
        });
        return fields;
    }

    private static JsonObject said(String path, LayeredFields.Source source) {
        return new JsonObject().put("from", source.origin().word())
                .put("value", FieldTexts.readable(path, source.value()));
    }

    /**
     * The resources that config or an announcement declares and the operator has removed: kind and name of
     * each.
     */
    public JsonArray removed() {
        return new JsonArray(List.of(Key.SERVICE, Key.BACKEND, Key.ROUTE).stream()
                .flatMap(kind -> state.entries().keys(kind).filter(key -> state.resource(key).removed()))
                .map(key -> new JsonObject().put("kind", key.kind()).put("name", key.name())).toList());
    }

    /** The content that this version keeps without understanding it: the entry and the part of it. */
    public JsonArray notUnderstood() {
        JsonArray unknown = new JsonArray();
        for (Map.Entry<Key, String> gap : state.unknown().entrySet()) {
            unknown.add(new JsonObject().put("layer", gap.getKey().layer()).put("kind", gap.getKey().kind())
                    .put("name", gap.getKey().name()).put("what", gap.getValue()));
        }
        return unknown;
    }
}

package dev.gyre.registry;

import dev.gyre.model.BackendId;
import dev.gyre.model.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Resets the operator's fields of a resource, or its removal: config or the announcement counts again.
 *
 * @param key    of the operator's layer
 * @param name   as messages name the resource
 * @param fields only these; empty: all
 */
public record ResetCommand(Key key, String name, Optional<SortedSet<String>> fields) implements Command {

    public ResetCommand {
        fields = fields.map(TreeSet::new);
    }

    public static ResetCommand backend(BackendId id, Optional<SortedSet<String>> fields) {
        return new ResetCommand(Key.backend(Origin.OPERATOR, id.service(), id.url()), id.toString(), fields);
    }

    public static ResetCommand service(String service, Optional<SortedSet<String>> fields) {
        return new ResetCommand(Key.service(Origin.OPERATOR, service), "service \"" + service + "\"", fields);
    }

    public static ResetCommand route(String host, String path, Optional<SortedSet<String>> fields) {
        return new ResetCommand(Key.route(Origin.OPERATOR, host, path), FieldTexts.route(host, path),
                fields);
    }

    @Override
    public Change on(RegistryState state, Stamp stamp) throws CommandRefused {
        LayeredResource resource = state.resource(key);
        if (resource.config().isEmpty() && resource.discovery().isEmpty()) {
            if (resource.present()) {
                throw new CommandRefused(409, name + " was added by command, and config does not declare it:"
                        + " there is nothing to hand it back to");
            }
            throw new CommandRefused(404,
                    "config declares no " + name + " " + Suggestions.listed(declared(state)));
        }
        List<String> said = set(resource).stream()
                .filter(field -> fields.isEmpty() || fields.get().stream().anyMatch(asked ->
                        field.equals(asked) || SettingPaths.within(field, asked))).toList();
        if (said.isEmpty()) {
            return Change.none(name + ": no operator has set " + fields.map(asked -> String.join(", ", asked)
                    + " " + Suggestions.listed(set(resource))).orElse("anything"));
        }
        Entry entry = resource.unsetting(stamp, said);
        RegistryState after = state.afterDecision(List.of(entry), stamp);
        if (after.lacksRoutes() && !state.lacksRoutes()) {
            throw new CommandRefused(409, name + " cannot be reset: there would be several services and no"
                    + " route (add a route first)");
        }
        return Change.to(name + " handed back to config: " + words(state, after, entry, said), entry);
    }

    private static String words(RegistryState before, RegistryState after, Entry entry, List<String> said) {
        List<String> changes = new ArrayList<>(before.changes(after, List.of(entry)).values()
                .stream().flatMap(List::stream).map(word -> word.equals("added") ? "its removal" : word)
                .toList());
        // A field with config's value is reset as well: it follows config from now on.
        said.stream().filter(field -> changes.stream().noneMatch(word -> word.startsWith(field + " ")))
                .filter(field -> !field.equals(EntryFields.PRESENT)).forEach(changes::add);
        return changes.isEmpty() ? "its presence" : FieldTexts.listed(changes);
    }

    /** The operator's fields. */
    private static List<String> set(LayeredResource resource) {
        return resource.operator().stream().flatMap(entry -> entry.registers().stream())
                .filter(Register::isSet).map(Register::name).toList();
    }

    /** The fields that can be reset, by name. */
    private List<String> declared(RegistryState state) {
        Stream<Key> keys = key.kind().equals(Key.BACKEND) ? state.entries().backendKeys(key.head())
                : state.entries().keys(key.kind());
        return keys.map(state::resource)
                .filter(resource -> resource.config().isPresent() || resource.discovery().isPresent())
                .map(resource -> key.kind().equals(Key.BACKEND) ? resource.key().tail()
                        : resource.key().name().replace(" ", "")).toList();
    }
}

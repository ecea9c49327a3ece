package dev.gyre.registry;

import dev.gyre.model.BackendId;
import dev.gyre.model.Origin;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Hands what the operator says of a resource back to config, or to the backend that announces itself: what is
 * declared below holds again, a removal included.
 *
 * @param key    of the operator's layer
 * @param name   as messages name the resource
 * @param fields these only; empty: all
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
        return new ResetCommand(Key.route(Origin.OPERATOR, host, path), RouteCommand.name(host, path),
                fields);
    }

    @Override
    public Change on(State state, Stamp stamp) throws CommandRefused {
        LayeredResource resource = state.resource(key);
        if (resource.config().isEmpty() && resource.discovery().isEmpty()) {
            if (resource.present()) {
                throw new CommandRefused(409, name + " was added by command, and config does not declare it:"
                        + " there is nothing to hand it back to");
            }
            throw new CommandRefused(404, "no " + name + " is declared by config");
        }
        List<String> said = resource.operator().stream().flatMap(entry -> entry.registers().stream())
                .filter(Register::isSet).map(Register::name)
                .filter(field -> fields.isEmpty() || fields.get().stream().anyMatch(asked ->
                        field.equals(asked) || SettingPaths.within(field, asked))).toList();
        if (said.isEmpty()) {
            return Change.none(name + ": the operator overrules nothing"
                    + fields.map(asked -> " of " + String.join(", ", asked)).orElse(""));
        }
        Entry entry = resource.leave(stamp, said);
        if (state.deciding(List.of(entry), stamp).undecided() && !state.undecided()) {
            throw new CommandRefused(409, name + " cannot be reset: there would be several services and no"
                    + " route (add a route first)");
        }
        return Change.to(name + " handed back to config: " + said.stream().map(field ->
                field.equals(FieldNames.PRESENT) ? "its removal" : field).collect(Collectors.joining(", ")),
                entry);
    }
}

package dev.gyre.cli;

import dev.gyre.config.RenamedSettings;
import dev.gyre.registry.Suggestions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A line as it was typed, understood.
 *
 * @param command the JSON to send
 * @param node    to send it to, {@code host:port}
 * @param raw     print the reply as it comes
 */
record CliLine(JsonObject command, String node, Optional<String> token, Optional<String> tokenFile,
        boolean raw) {

    static final String DEFAULT_NODE = "127.0.0.1:9090";

    /** The line makes no sense; the message says why. */
    static final class Misused extends Exception {

        Misused(String message) {
            super(message, null, false, false);
        }
    }

    static CliLine parse(List<String> args) throws Misused {
        return new Parser(args).line();
    }

    private static final class Parser {

        private static final Set<String> WITH_VALUE = Set.of("node", "token", "token-file");

        private final Deque<String> rest;
        private final List<String> places = new ArrayList<>();
        private final Map<String, String> common = new HashMap<>();
        private final JsonObject fields = new JsonObject();
        private final Map<String, JsonArray> lists = new HashMap<>();
        private Optional<CliCommand> command = Optional.empty();
        private boolean raw;

        Parser(List<String> args) {
            rest = new ArrayDeque<>(args);
        }

        CliLine line() throws Misused {
            boolean onlyPlaces = false;
            while (!rest.isEmpty()) {
                String word = rest.poll();
                if (word.equals("--")) {
                    onlyPlaces = true;
                } else if (word.startsWith("--") && !onlyPlaces) {
                    option(word.substring(2));
                } else {
                    place(word);
                }
            }
            CliCommand found = command.orElseThrow(() -> unknown(String.join(" ", places)));
            return new CliLine(json(found), node(), Optional.ofNullable(common.get("token")),
                    Optional.ofNullable(common.get("token-file")), raw);
        }

        /** The first place or two name the command; options that belong to it must stand behind them. */
        private void place(String word) throws Misused {
            places.add(word);
            if (command.isPresent()) {
                return;
            }
            String typed = String.join(" ", places);
            command = CliCommand.find(typed);
            if (command.isPresent()) {
                places.clear();
            } else if (places.size() == 2) {
                throw unknown(typed);
            }
        }

        private static Misused unknown(String typed) {
            return new Misused(typed.isBlank() ? "which command?"
                    : "unknown command \"" + typed + "\" " + Suggestions.hint(typed, CliCommand.allTyped()));
        }

        private void option(String word) throws Misused {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            Optional<String> attached = equals < 0 ? Optional.empty()
                    : Optional.of(word.substring(equals + 1));
            Map<String, CliCommand.Kind> own = command.map(CliCommand::options).orElse(Map.of());
            boolean rawJson = name.equals("json") && attached.isEmpty()
                    && !(own.containsKey("json") && !rest.isEmpty() && rest.peek().startsWith("{"));
            if (rawJson) {
                raw = true;
            } else if (WITH_VALUE.contains(name)) {
                common.put(name, value(name, attached));
            } else if (own.containsKey(name)) {
                field(name, own.get(name), attached);
            } else if (!RenamedSettings.current(name).equals(name)) {
                throw new Misused("unknown option --" + name + ", renamed to --"
                        + RenamedSettings.current(name));
            } else {
                throw new Misused("unknown option --" + name + " "
                        + Suggestions.hint("--" + name, options(own)));
            }
        }

        private static Set<String> options(Map<String, CliCommand.Kind> own) {
            Set<String> names = new TreeSet<>(Set.of("--json", "--help"));
            WITH_VALUE.forEach(name -> names.add("--" + name));
            own.keySet().forEach(name -> names.add("--" + name));
            return names;
        }

        private void field(String name, CliCommand.Kind kind, Optional<String> attached) throws Misused {
            switch (kind) {
                case FLAG -> put(name, attached.isEmpty() || attached.get().equals("true"));
                case NUMBER -> put(name, number("--" + name, value(name, attached)));
                case WORD_OR_NUMBER -> {
                    String given = value(name, attached);
                    put(name, given.matches("-?\\d+") ? number("--" + name, given) : given);
                }
                case FRACTION -> put(name, fraction("--" + name, value(name, attached)));
                case OBJECT -> fields.mergeIn(object(value(name, attached)), true);
                case LIST -> {
                    JsonArray list = lists.computeIfAbsent(name, first -> new JsonArray());
                    List.of(value(name, attached).split(",")).forEach(list::add);
                    put(name, list);
                }
                default -> put(name, value(name, attached));
            }
        }

        private String value(String name, Optional<String> attached) throws Misused {
            if (attached.isPresent()) {
                return attached.get();
            }
            if (rest.isEmpty() || rest.peek().startsWith("--")) {
                throw new Misused("--" + name + " needs a value");
            }
            return rest.poll();
        }

        private void put(String name, Object value) throws Misused {
            JsonObject holder = fields;
            String rest = name;
            for (int dot = rest.indexOf('.'); dot >= 0; dot = rest.indexOf('.')) {
                String outer = name.substring(0, name.length() - rest.length() + dot);
                holder = part(holder, rest.substring(0, dot), outer);
                rest = rest.substring(dot + 1);
            }
            if (holder.getValue(rest) instanceof JsonObject) {
                throw excluding(name);
            }
            holder.put(rest, value);
        }

        private static JsonObject part(JsonObject holder, String name, String option) throws Misused {
            if (!holder.containsKey(name)) {
                holder.put(name, new JsonObject());
            }
            if (holder.getValue(name) instanceof JsonObject part) {
                return part;
            }
            throw excluding(option);
        }

        private static Misused excluding(String name) {
            return new Misused("--" + name + " and --" + name + ".… exclude each other");
        }

        private static int number(String what, String text) throws Misused {
            try {
                return Integer.parseInt(text);
            } catch (NumberFormatException e) {
                throw new Misused(what + ": \"" + text + "\" (expected: a whole number)");
            }
        }

        private static double fraction(String what, String text) throws Misused {
            try {
                return Double.parseDouble(text);
            } catch (NumberFormatException e) {
                throw new Misused(what + ": \"" + text + "\" (expected: a number such as 0.2)");
            }
        }

        private static JsonObject object(String text) throws Misused {
            try {
                if (Json.decodeValue(text) instanceof JsonObject json) {
                    return json;
                }
            } catch (DecodeException e) {
                throw new Misused("--json: \"" + text + "\" is no JSON (" + e.getMessage() + ")");
            }
            throw new Misused("--json: \"" + text + "\" is no JSON object");
        }

        private JsonObject json(CliCommand found) throws Misused {
            List<String> given = places;
            List<String> wanted = found.arguments();
            long least = wanted.stream().filter(argument -> !argument.endsWith("?")).count();
            if (given.size() < least || given.size() > wanted.size()) {
                throw new Misused((given.size() < least ? "too few" : "too many") + " arguments (expected: "
                        + found.usage() + ")");
            }
            for (int i = 0; i < given.size(); i++) {
                String field = wanted.get(i).replace("?", "");
                fields.put(field, field.equals("weight") ? number("weight", given.get(i)) : given.get(i));
            }
            return new JsonObject().put("command", found.name()).mergeIn(fields);
        }

        private String node() throws Misused {
            String node = common.getOrDefault("node", DEFAULT_NODE).replaceFirst("^http://", "");
            if (!node.matches("([^:/\\s]+|\\[[0-9A-Fa-f:.]+]):\\d{1,5}")) {
                throw new Misused("--node: \"" + node + "\" (expected: host:port, e.g. " + DEFAULT_NODE
                        + ")");
            }
            return node;
        }
    }
}

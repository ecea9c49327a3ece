package dev.gyre.cli;

import dev.gyre.cli.CliOption.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * A line as it was typed, understood.
 *
 * @param command the fields of the JSON to send
 * @param node    to send it to
 * @param raw     print the reply as it comes
 */
record CliLine(Map<String, Object> command, NodeAddress node, Optional<String> token,
        Optional<String> tokenFile, boolean raw) {

    static final String COMMAND = "command";
    static final String DEFAULT_NODE = "127.0.0.1:9090";

    private static final Set<String> FLAGS = CliCommand.ALL.stream()
            .flatMap(command -> command.own().stream()).filter(option -> option.kind() == Kind.FLAG)
            .map(option -> "--" + option.name()).collect(Collectors.toUnmodifiableSet());

    /** What is asked of a node; {@link #read} and {@link #of} in one. */
    static CliLine parse(List<String> args) throws Misused {
        return of(read(args));
    }

    /** The command of the line, as far down the tree as it goes, with its options and arguments. */
    static ParseResult read(List<String> args) throws Misused {
        try {
            ParseResult at = CommandTree.build().parseArgs(prepared(args).toArray(String[]::new));
            while (at.hasSubcommand()) {
                at = at.subcommand();
            }
            return at;
        } catch (ParameterException e) {
            throw UsageErrors.misused(e);
        }
    }

    /** With {@code =} where picocli would guess whether the next word is the option's value. */
    private static List<String> prepared(List<String> args) {
        List<String> prepared = new ArrayList<>();
        boolean options = true;
        for (int i = 0; i < args.size(); i++) {
            String word = args.get(i);
            options &= !word.equals("--");
            int equals = word.indexOf('=');
            if (options && word.equals(CommandTree.JSON)) {
                boolean object = i + 1 < args.size() && args.get(i + 1).startsWith("{");
                prepared.add(word + "=" + (object ? args.get(++i) : ""));
            } else if (options && equals > 0 && FLAGS.contains(word.substring(0, equals))
                    && Set.of("true", "false").contains(word.substring(equals + 1))) {
                if (word.endsWith("=true")) {
                    prepared.add(word.substring(0, equals));
                }
            } else {
                prepared.add(word);
            }
        }
        return prepared;
    }

    static CliLine of(ParseResult at) throws Misused {
        String typed = path(at.commandSpec().commandLine());
        CliCommand command = CliCommand.find(typed).orElseThrow(() -> UsageErrors.unknown(typed));
        Map<String, Object> fields = new LinkedHashMap<>(Map.of(COMMAND, command.name()));
        arguments(command, at.matchedPositionals(), fields);
        List<String> json = common(at, CommandTree.JSON);
        List<String> objects = json.stream().filter(value -> !value.isEmpty()).toList();
        if (!objects.isEmpty() && !command.takesSettings()) {
            throw new Misused("--json: \"" + objects.get(0) + "\" (expected: --json alone)");
        }
        Map<String, CliOption> options = command.options().stream()
                .collect(Collectors.toMap(option -> "--" + option.name(), option -> option));
        for (OptionSpec option : Set.copyOf(at.matchedOptions())) {
            if (options.containsKey(option.longestName())) {
                put(fields, options.get(option.longestName()), option.originalStringValues());
            }
        }
        for (String object : objects) {
            merge(fields, object(object));
        }
        return new CliLine(fields, node(at), last(at, CommandTree.TOKEN), last(at, CommandTree.TOKEN_FILE),
                json.size() > objects.size());
    }

    /** {@code backend add}, without what stands before it. */
    static String path(CommandLine at) {
        return at.getParent() == null ? ""
                : (path(at.getParent()) + " " + at.getCommandName()).strip();
    }

    private static void arguments(CliCommand command, List<PositionalParamSpec> given,
            Map<String, Object> fields) throws Misused {
        long least = command.arguments().stream().filter(argument -> !argument.endsWith("?")).count();
        List<String> values = given.stream().flatMap(place -> place.originalStringValues().stream()).toList();
        if (values.size() < least) {
            throw new Misused("too few arguments (expected: " + command.usage() + ")");
        }
        for (int i = 0; i < values.size(); i++) {
            String field = command.arguments().get(i).replace("?", "");
            fields.put(field, field.equals("weight") ? number(values.get(i)) : values.get(i));
        }
    }

    private static Integer number(String text) throws Misused {
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException e) {
            throw new Misused("weight: \"" + text + "\" (expected: " + Kind.NUMBER.expected() + ")");
        }
    }

    private static void put(Map<String, Object> fields, CliOption option, List<String> given) throws Misused {
        switch (option.kind()) {
            case FLAG -> put(fields, option.name(), true);
            case LIST -> put(fields, option.name(), given.stream()
                    .flatMap(values -> Stream.of(values.split(","))).toList());
            default -> put(fields, option.name(), option.read(given.get(given.size() - 1)));
        }
    }

    private static void put(Map<String, Object> fields, String name, Object value) throws Misused {
        Map<String, Object> holder = fields;
        for (int dot = name.indexOf('.'), from = 0; dot >= 0; from = dot + 1, dot = name.indexOf('.', from)) {
            holder = part(holder, name.substring(from, dot), name.substring(0, dot));
        }
        String last = name.substring(name.lastIndexOf('.') + 1);
        if (holder.get(last) instanceof Map) {
            throw excluding(name);
        }
        holder.put(last, value);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> part(Map<String, Object> holder, String name, String option)
            throws Misused {
        Object part = holder.computeIfAbsent(name, absent -> new LinkedHashMap<>());
        if (part instanceof Map<?, ?>) {
            return (Map<String, Object>) part;
        }
        throw excluding(option);
    }

    private static Misused excluding(String name) {
        return new Misused("--" + name + " and --" + name + ".… exclude each other (expected: one of them)");
    }

    private static Map<String, Object> object(String text) throws Misused {
        try {
            if (Json.parse(text) instanceof Map<?, ?> object) {
                if (object.containsKey(COMMAND)) {
                    throw new Misused("--json: it has \"command\" (expected: settings of the service only)");
                }
                return Row.of(object).fields();
            }
        } catch (Json.Malformed e) {
            throw new Misused("--json: \"" + text + "\" is no JSON (" + e.getMessage() + ")");
        }
        throw new Misused("--json: \"" + text + "\" is no JSON object");
    }

    @SuppressWarnings("unchecked")
    private static void merge(Map<String, Object> into, Map<String, Object> more) {
        more.forEach((name, value) -> {
            if (into.get(name) instanceof Map<?, ?> inner && value instanceof Map<?, ?> added) {
                merge((Map<String, Object>) inner, (Map<String, Object>) added);
            } else {
                into.put(name, value);
            }
        });
    }

    /** The values of an option that may stand before the command, too; what stands last comes last. */
    private static List<String> common(ParseResult at, String name) {
        List<String> values = new ArrayList<>();
        for (CommandLine line = at.commandSpec().commandLine(); line != null; line = line.getParent()) {
            OptionSpec option = line.getParseResult().matchedOption(name);
            if (option != null) {
                values.addAll(0, option.originalStringValues());
            }
        }
        return values;
    }

    private static Optional<String> last(ParseResult at, String name) {
        List<String> values = common(at, name);
        return values.isEmpty() ? Optional.empty() : Optional.of(values.get(values.size() - 1));
    }

    private static NodeAddress node(ParseResult at) throws Misused {
        return NodeAddress.of(last(at, CommandTree.NODE).orElse(DEFAULT_NODE), last(at, CommandTree.CA),
                last(at, CommandTree.CERT), last(at, CommandTree.KEY));
    }
}

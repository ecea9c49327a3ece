package dev.gyre.cli;

import dev.gyre.config.Nearest;
import dev.gyre.config.RenamedSettings;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.MaxValuesExceededException;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Messages about a line that cannot be read: what was found, what is known, and the likely intention. */
final class UsageErrors {

    private static final int LISTED = 20;
    /** A word processor makes one dash of two. */
    private static final String DASHES = "[\\u2010-\\u2015\\u2212]+";

    private UsageErrors() {
    }

    static Misused misused(ParameterException e) {
        CommandLine at = e.getCommandLine();
        Optional<CliCommand> command = CliCommand.find(CliLine.path(at));
        if (e instanceof UnmatchedArgumentException unmatched) {
            List<String> words = unmatched.getUnmatched();
            List<String> options = words.stream().filter(UsageErrors::looksLikeOption).toList();
            if (!options.isEmpty() && (command.isPresent() || looksLikeOption(words.get(0)))) {
                return new Misused(options.stream().map(option -> unknownOption(option, at))
                        .collect(Collectors.joining("; ")));
            }
            return command.map(known -> tooMany(words, known)).orElseGet(() -> unknown(typed(at, words)));
        }
        if (e instanceof MissingParameterException missing) {
            return new Misused(missing.getMissing().stream().map(UsageErrors::lacking)
                    .collect(Collectors.joining("; ")));
        }
        if (e instanceof MaxValuesExceededException && e.getArgSpec() instanceof OptionSpec option) {
            return new Misused(option.longestName() + " takes no value (expected: " + option.longestName()
                    + " alone)");
        }
        return new Misused(String.valueOf(e.getMessage()));
    }

    private static String lacking(ArgSpec argument) {
        String name = argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
        return name + " needs a value (expected: " + name + " " + argument.paramLabel() + ")";
    }

    /** The first two words; those in front of a noun are left over at the command above it. */
    private static String typed(CommandLine at, List<String> unmatched) {
        Stream<String> above = at.getParent() == null ? Stream.of()
                : Stream.concat(at.getParent().getUnmatchedArguments().stream(),
                        Stream.of(at.getCommandName()));
        return Stream.concat(above, unmatched.stream()).limit(2).collect(Collectors.joining(" "));
    }

    private static boolean looksLikeOption(String word) {
        return word.length() > 1 && (word.startsWith("-") || word.substring(0, 1).matches(DASHES));
    }

    private static Misused tooMany(List<String> words, CliCommand command) {
        return new Misused("too many arguments: \"" + String.join(" ", words) + "\" (expected: "
                + command.usage() + ")");
    }

    private static String unknownOption(String word, CommandLine at) {
        String given = word.split("=", 2)[0];
        String name = given.replaceFirst("^" + DASHES, "--");
        String setting = name.replaceFirst("^-+", "");
        if (!RenamedSettings.current(setting).equals(setting)) {
            return "unknown option " + given + ", renamed to --" + RenamedSettings.current(setting);
        }
        SortedSet<String> known = new TreeSet<>();
        at.getCommandSpec().options().forEach(option -> known.add(option.longestName()));
        SortedSet<String> within = new TreeSet<>(known);
        within.removeIf(option -> !option.startsWith(name + "."));
        return "unknown option " + given + " "
                + hint(nearestOption(name, known), within.isEmpty() ? known : within);
    }

    /** Also by its last part alone: {@code --maxConnections} is one of a service's settings. */
    private static Optional<String> nearestOption(String name, Collection<String> known) {
        String last = "." + name.replaceFirst("^-+", "").toLowerCase(Locale.ROOT);
        List<String> ending = known.stream()
                .filter(option -> option.toLowerCase(Locale.ROOT).endsWith(last)).toList();
        return ending.size() == 1 ? Optional.of(ending.get(0)) : Nearest.to(name, known);
    }

    /**
     * Words that name no command.
     *
     * @param typed up to two words; empty where none were
     */
    static Misused unknown(String typed) {
        String noun = typed.split(" ")[0];
        SortedSet<String> verbs = new TreeSet<>(CliCommand.allTyped().stream()
                .filter(command -> command.startsWith(noun + " ")).toList());
        SortedSet<String> known = verbs.isEmpty() ? nouns() : verbs;
        return new Misused(typed.isEmpty() ? "which command? " + hint(Optional.empty(), known)
                : "unknown command \"" + typed + "\" " + hint(meant(typed), known));
    }

    /** The first words of all commands, {@code completion} among them. */
    private static SortedSet<String> nouns() {
        SortedSet<String> nouns = new TreeSet<>(List.of(CommandTree.COMPLETION));
        CliCommand.allTyped().forEach(command -> nouns.add(command.split(" ")[0]));
        return nouns;
    }

    private static Optional<String> meant(String typed) {
        List<String> all = CliCommand.allTyped();
        String[] words = typed.split(" ", 2);
        String turned = words.length == 2 ? words[1] + " " + words[0] : typed;
        return Nearest.to(typed, all).or(() -> Nearest.to(turned, all)).or(() -> byVerb(words[0], all))
                .or(() -> Nearest.to(words[0], nouns()).filter(noun -> !noun.equals(words[0]))
                        .map(noun -> onlyVerb(noun, all)));
    }

    /** With its verb, where it has one only. */
    private static String onlyVerb(String noun, List<String> all) {
        List<String> commands = all.stream().filter(command -> command.startsWith(noun + " ")).toList();
        return commands.size() == 1 ? commands.get(0) : noun;
    }

    /** {@code drain} alone is of one noun only. */
    private static Optional<String> byVerb(String verb, List<String> all) {
        List<String> ending = all.stream().filter(command -> command.endsWith(" " + verb)).toList();
        return ending.size() == 1 ? Optional.of(ending.get(0)) : Optional.empty();
    }

    private static String hint(Optional<String> meant, Collection<String> known) {
        return "(" + meant.map(near -> "did you mean \"" + near + "\"? ").orElse("") + "known: "
                + known.stream().limit(LISTED).collect(Collectors.joining(", "))
                + (known.size() > LISTED ? " and " + (known.size() - LISTED) + " more" : "") + ")";
    }
}

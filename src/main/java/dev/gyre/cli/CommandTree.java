package dev.gyre.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ScopeType;

/** All commands as picocli reads, explains and completes them: {@code admin}, nouns, verbs. */
final class CommandTree {

    static final String NODE = "--node";
    static final String CA = "--ca";
    static final String CERT = "--cert";
    static final String KEY = "--key";
    static final String TOKEN = "--token";
    static final String TOKEN_FILE = "--token-file";
    static final String JSON = "--json";
    static final String HELP = "--help";
    static final String COMPLETION = "completion bash";

    private static final int WIDTH = 100;
    private static final Map<String, String> ARGUMENTS = Map.of(
            "service", "Name of the service.",
            "url", "The backend, http://host:port, https://host:port or unix:/path.",
            "weight", "Its share of requests, 1..1000.",
            "from", "A version; its first characters will do.",
            "to", "A version; its first characters will do.");

    private CommandTree() {
    }

    static CommandLine build() {
        CommandSpec admin = CommandSpec.create().name("admin");
        admin.addOption(common("node", "HOST:PORT", "Admin port of the node; https://HOST:PORT if it serves"
                + " HTTPS. Default: " + CliLine.DEFAULT_NODE));
        admin.addOption(common("ca", "FILE", "Authorities that may sign the certificate of an https:// node."
                + " Default: those of the JDK."));
        admin.addOption(common("cert", "FILE", "Certificate to present to an https:// node."));
        admin.addOption(common("key", "FILE", "Key of that certificate."));
        admin.addOption(common("token", "T", "Token of that port; also from GYRE_TOKEN."));
        admin.addOption(common("token-file", "FILE", "File that holds the token."));
        // With a value it is an object of settings, see CliLine; picocli is given it behind a "=" only.
        admin.addOption(OptionSpec.builder(JSON).type(String.class).arity("0..1")
                .description("Print the reply as it comes.").scopeType(ScopeType.INHERIT).build());
        admin.addOption(OptionSpec.builder("-h", HELP).type(boolean.class).arity("0").usageHelp(true)
                .description("Explain the command.").scopeType(ScopeType.INHERIT).build());
        for (CliCommand command : CliCommand.ALL) {
            String[] words = command.typed().split(" ");
            CommandSpec holder = words.length == 1 ? admin : noun(admin, words[0]);
            holder.addSubcommand(words[words.length - 1], verb(command));
        }
        noun(admin, "completion").addSubcommand("bash", CommandSpec.create().usageMessage(usage(
                COMPLETION, "prints a script for bash that completes commands and options",
                "source <(gyre admin completion bash)")));
        CommandLine line = new CommandLine(admin).setExpandAtFiles(false).setOverwrittenOptionsAllowed(true)
                .setPosixClusteredShortOptionsAllowed(false).setInterpolateVariables(false);
        refuseOptionsAsValues(line);
        return line;
    }

    /** {@code --weight --wiat} lacks a value and has a misspelt option. */
    private static void refuseOptionsAsValues(CommandLine line) {
        line.getCommandSpec().parser().unmatchedOptionsAllowedAsOptionParameters(false);
        line.getSubcommands().values().forEach(CommandTree::refuseOptionsAsValues);
    }

    private static OptionSpec common(String name, String label, String description) {
        return OptionSpec.builder("--" + name).type(String.class).arity("1").paramLabel(label)
                .description(description).scopeType(ScopeType.INHERIT).build();
    }

    private static CommandSpec noun(CommandSpec admin, String noun) {
        if (!admin.subcommands().containsKey(noun)) {
            admin.addSubcommand(noun, CommandSpec.create().usageMessage(usage(noun + " COMMAND", "", "")));
        }
        return admin.subcommands().get(noun).getCommandSpec();
    }

    private static CommandSpec verb(CliCommand command) {
        CommandSpec verb = CommandSpec.create().usageMessage(
                usage(command.usage(), command.summary(), "gyre admin " + command.example()));
        for (int i = 0; i < command.arguments().size(); i++) {
            String argument = command.arguments().get(i).replace("?", "");
            // None is required here: CliLine reports missing ones with the usage line.
            boolean optional = command.arguments().get(i).endsWith("?");
            verb.addPositional(PositionalParamSpec.builder().index(Integer.toString(i)).required(false)
                    .arity(optional ? "0..1" : "1").type(String.class)
                    .description(ARGUMENTS.get(argument)).paramLabel(argument.toUpperCase(Locale.ROOT))
                    .build());
        }
        command.options().forEach(option -> verb.addOption(option(option)));
        return verb;
    }

    private static OptionSpec option(CliOption option) {
        OptionSpec.Builder spec = OptionSpec.builder("--" + option.name())
                .description(plain(option.description() + (option.words().isEmpty() ? ""
                        : " Known: " + String.join(", ", option.words()))));
        switch (option.kind()) {
            case FLAG -> spec.type(boolean.class).arity("0");
            case LIST -> spec.type(List.class).auxiliaryTypes(String.class).arity("1");
            default -> spec.type(String.class).arity("1");
        }
        if (option.words().isEmpty()) {
            return spec.paramLabel(option.kind().label()).build();
        }
        // The script names its list of words after the label: two options with the same would share them.
        return spec.completionCandidates(option.words())
                .paramLabel(option.name().replace('.', '_').toUpperCase(Locale.ROOT)).build();
    }

    private static UsageMessageSpec usage(String synopsis, String summary, String example) {
        UsageMessageSpec usage = new UsageMessageSpec().width(WIDTH)
                .customSynopsis("gyre admin " + plain(synopsis))
                .parameterListHeading("%nArguments:%n").optionListHeading("%nOptions:%n")
                .commandListHeading("%nCommands:%n");
        return summary.isEmpty() ? usage
                : usage.description(plain(summary)).footer("", "Example:", "  " + plain(example));
    }

    /** Without what would be a directive to picocli. */
    private static String plain(String text) {
        return text.replace("%", "%%");
    }

    /** Of one command, or of a noun's commands. */
    static String help(CommandLine at) {
        StringWriter text = new StringWriter();
        at.setHelpFactory(LabelledHelp::new).usage(new PrintWriter(text, true), Ansi.OFF);
        return text.toString();
    }

    /** Shows --json as the flag that it is for all commands but one. */
    private static final class LabelledHelp extends Help {

        LabelledHelp(CommandSpec spec, ColorScheme colors) {
            super(spec, colors);
        }

        @Override
        public IParamLabelRenderer createDefaultParamLabelRenderer() {
            IParamLabelRenderer labels = super.createDefaultParamLabelRenderer();
            return new IParamLabelRenderer() {

                @Override
                public Ansi.Text renderParameterLabel(ArgSpec argument, Ansi ansi, List<Ansi.IStyle> styles) {
                    return argument instanceof OptionSpec option && option.longestName().equals(JSON)
                            ? ansi.text("") : labels.renderParameterLabel(argument, ansi, styles);
                }

                @Override
                public String separator() {
                    return labels.separator();
                }
            };
        }
    }

    /** A script that completes what is typed behind {@code gyre}. */
    static String completion() {
        CommandLine gyre = new CommandLine(CommandSpec.create().name("gyre"));
        gyre.addSubcommand("admin", build());
        List.of("run", "demo", "check").forEach(command ->
                gyre.addSubcommand(command, CommandSpec.create()));
        return AutoComplete.bash("gyre", gyre);
    }
}

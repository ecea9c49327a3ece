package dev.gyre.cli;

import dev.gyre.config.Durations;
import dev.gyre.files.GuardedFile;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/**
 * The command line of the admin port: {@code gyre admin …} sends one command to one node and prints the
 * reply for people.
 */
public final class AdminCli {

    private static final Duration ANSWER = Duration.ofSeconds(40);

    private static final int LONGEST_BY = 100;

    private final Map<String, String> env;
    private final String by;
    private final PrintStream out;
    private final PrintStream err;

    private AdminCli(Map<String, String> env, String by, PrintStream out, PrintStream err) {
        this.env = env;
        String visible = by.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
        this.by = visible.substring(0, Math.min(LONGEST_BY, visible.length()));
        this.out = out;
        this.err = err;
    }

    /**
     * Runs what stands behind {@code gyre admin}.
     *
     * @param env {@code GYRE_TOKEN} is the token where no option gives one, {@code GYRE_KEY_PASSWORD} the
     *            password of an encrypted key
     * @param by  who gives the command, for the history, e.g. {@code alice@laptop}
     */
    public static ExitCode run(List<String> args, Map<String, String> env, String by, PrintStream out,
            PrintStream err) {
        return new AdminCli(env, by, out, err).run(args);
    }

    /** Whether a command, such as {@code backend drain}, begins with this word. */
    public static boolean knows(String word) {
        return CliCommand.allTyped().stream().anyMatch(typed -> typed.split(" ")[0].equals(word));
    }

    private ExitCode run(List<String> args) {
        if (args.isEmpty()) {
            err.print(help());
            return ExitCode.MISUSED;
        }
        try {
            ParseResult read = CliLine.read(asked(args));
            Optional<String> answer = answerWithoutNode(read);
            if (answer.isPresent()) {
                out.print(answer.get());
                return ExitCode.DONE;
            }
            CliLine line = CliLine.of(read);
            return send(line, token(line));
        } catch (Misused e) {
            err.println("admin: " + e.getMessage());
            err.println("\"gyre admin --help\" lists all commands, \"gyre admin COMMAND --help\""
                    + " explains one.");
            return ExitCode.MISUSED;
        }
    }

    /** {@code help backend add} is {@code backend add --help}. */
    private static List<String> asked(List<String> args) {
        return args.get(0).equals("help")
                ? Stream.concat(args.stream().skip(1), Stream.of(CommandTree.HELP)).toList() : args;
    }

    /** Help, and the script for completion. */
    private static Optional<String> answerWithoutNode(ParseResult read) {
        CommandLine at = read.commandSpec().commandLine();
        String typed = CliLine.path(at);
        if (helpRequested(at)) {
            return Optional.of(typed.isEmpty() ? help() : CommandTree.help(at));
        }
        return typed.equals(CommandTree.COMPLETION) ? Optional.of(CommandTree.completion())
                : Optional.empty();
    }

    /** Also in front of the command. */
    private static boolean helpRequested(CommandLine at) {
        return at != null && (at.isUsageHelpRequested() || helpRequested(at.getParent()));
    }

    private Optional<String> token(CliLine line) throws Misused {
        if (line.token().isPresent()) {
            return line.token();
        }
        if (line.tokenFile().isPresent()) {
            try {
                return Optional.of(GuardedFile.text(Path.of(line.tokenFile().get()), GuardedFile.SHORT)
                        .strip());
            } catch (GuardedFile.Irregular e) {
                throw new Misused("--token-file: " + e.getMessage());
            } catch (IOException | InvalidPathException e) {
                throw new Misused("--token-file: " + line.tokenFile().get() + " cannot be read");
            }
        }
        return Optional.ofNullable(env.get("GYRE_TOKEN")).map(String::strip)
                .filter(token -> !token.isEmpty());
    }

    private ExitCode send(CliLine line, Optional<String> token) throws Misused {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(line.node().url("/api/commands")))
                .header("Content-Type", "application/json").timeout(patience(line.command()))
                .POST(HttpRequest.BodyPublishers.ofString(body(line)));
        try {
            token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        } catch (IllegalArgumentException e) {
            throw new Misused("the token has characters no header may carry");
        }
        HttpClient client = NodeConnection.open(line.node(), env);
        try {
            HttpResponse<String> response = client.send(request.build(),
                    HttpResponse.BodyHandlers.ofString());
            return report(line, response.statusCode(), response.body());
        } catch (IOException e) {
            err.println("admin: " + NodeConnection.failure(line.node(), e));
            return ExitCode.UNREACHABLE;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            err.println("admin: interrupted; the command may have been carried out");
            return ExitCode.UNREACHABLE;
        }
    }

    private String body(CliLine line) {
        Map<String, Object> command = new LinkedHashMap<>(line.command());
        command.put("by", by);
        return Json.text(command);
    }

    /** A command that waits may be answered only after its timeout. */
    private static Duration patience(Map<String, Object> command) {
        return Optional.ofNullable(command.get("timeout")).map(Object::toString).flatMap(Durations::parse)
                .map(ANSWER::plus).orElse(ANSWER);
    }

    private ExitCode report(CliLine line, int status, String body) {
        Row reply = reply(body);
        if (!(reply.value("ok") instanceof Boolean) && !reply.has("detail")) {
            err.println("admin: what answers at " + line.node() + " is no admin port of Gyre (status "
                    + status + "): does --node name the port of \"admin\" in the config?");
            return ExitCode.UNREACHABLE;
        }
        if (status != 200) {
            (line.raw() ? out : err).println(line.raw() ? body : "refused (" + status + "): "
                    + reply.text("detail") + (status == 401
                    ? "; give it by --token, --token-file or the environment's GYRE_TOKEN" : ""));
            return ExitCode.FAILED;
        }
        out.println(line.raw() ? body : CliText.of(line.command().get(CliLine.COMMAND).toString(), reply));
        return reply.flag("drained", true) && reply.flag("agree", true) ? ExitCode.DONE
                : ExitCode.FAILED;
    }

    /** Empty where it is no JSON object. */
    private static Row reply(String body) {
        try {
            return Row.of(Json.parse(body));
        } catch (Json.Malformed e) {
            return Row.of(null);
        }
    }

    private static String help() {
        StringBuilder help = new StringBuilder("""
                gyre admin: a command to a running node

                Usage: gyre admin COMMAND [--node HOST:PORT] [--ca F] [--cert F --key F]
                                          [--token T | --token-file F] [--json]

                Commands, each with an example:
                """);
        for (CliCommand command : CliCommand.ALL) {
            help.append("\n  ").append(command.usage()).append("\n      ").append(command.summary())
                    .append("\n      gyre admin ").append(command.example()).append('\n');
        }
        return help.append("""

                Options for all:
                  --node HOST:PORT   admin port of the node (default 127.0.0.1:9090)
                                     https://HOST:PORT if it serves HTTPS
                  --ca F             authorities that may sign its certificate (default: the JDK's)
                  --cert F --key F   certificate to present; GYRE_KEY_PASSWORD in the environment is
                                     the password of an encrypted key
                  --token T          token of that port; also by --token-file F, or GYRE_TOKEN in the
                                     environment
                  --json             print the reply as it comes
                  --help             explain the command that stands before it
                "gyre admin completion bash" prints a script that completes commands and options.
                """).append(ExitCode.list()).toString();
    }
}

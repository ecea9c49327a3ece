package dev.gyre.docs;

import static dev.gyre.docs.Markdown.code;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.GyreProcess;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@code commands.md}: what the command line tells about itself, and which fields a node knows. */
final class CommandsPage {

    private static final Pattern KNOWN = Pattern.compile("\\(known: ([^()]*)\\)$");
    private static final List<String> OF_ALL = List.of("by", "command");

    private CommandsPage() {
    }

    static String text(GyreNode node) throws Exception {
        StringBuilder text = new StringBuilder("# Commands\n\n");
        text.append(Markdown.note("`--help` of the command line and from what a node refuses")).append("""
                [Changes at runtime](changes.md) says what the commands are for. Three doors lead to the same list:
                the command line, `POST /api/commands` on the [admin port](admin.md) and the event-bus address
                `gyre.admin`.

                ## The program

                """);
        text.append(block(help("--help"))).append("\n## Commands to a node\n\n")
                .append(block(help("admin", "--help")))
                .append("""

                        `gyre admin COMMAND --help` explains a command and its options, e.g. `backend drain`:

                        """)
                .append(block(help("admin", "backend", "drain", "--help")))
                .append("""

                        ## The same as JSON

                        `{"command": "backend.add", "service": "web", "url": "http://10.0.0.9:9001"}`. Every command
                        takes the field `by`: who gives it, for the history. A setting of a service is named as in
                        the [config](../../conf/README.md).

                        """)
                .append(Markdown.head("command", "fields"));
        for (String name : known(node, new JsonObject())) {
            text.append(Markdown.row(code(name),
                    known(node, new JsonObject().put("command", name).put("?", 1)).stream()
                            .filter(field -> !OF_ALL.contains(field)).map(Markdown::code)
                            .collect(Collectors.joining(", "))));
        }
        return text.toString();
    }

    private static String help(String... arguments) throws Exception {
        try (GyreProcess process = GyreProcess.start(List.of(), List.of(arguments))) {
            assertThat(process.exitCode()).as("exit code of %s", List.of(arguments)).isZero();
            return process.text();
        }
    }

    private static String block(String text) {
        return "```text\n" + text.lines().map(String::stripTrailing).collect(Collectors.joining("\n"))
                .strip() + "\n```\n";
    }

    /** What a node would have known, as it says when it refuses. */
    private static List<String> known(GyreNode node, JsonObject command) {
        try {
            throw new AssertionError(command + " was not refused: " + node.command(command));
        } catch (ReplyException refusal) {
            Matcher known = KNOWN.matcher(refusal.getMessage());
            assertThat(known.find()).as("what is known, at the end of: %s", refusal.getMessage()).isTrue();
            return Arrays.asList(known.group(1).split(", "));
        }
    }
}

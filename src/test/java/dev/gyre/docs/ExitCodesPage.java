package dev.gyre.docs;

import static dev.gyre.docs.Markdown.code;

import dev.gyre.GyreNode;
import dev.gyre.cli.ExitCode;
import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code exit-codes.md}: what each code means, and commands that were run to see theirs. */
final class ExitCodesPage {

    private final Map<String, GyreProcess> runs = new LinkedHashMap<>();
    private final Path dir;

    private ExitCodesPage(Path dir) {
        this.dir = dir;
    }

    static String text(Path dir) throws Exception {
        try (Origin origin = Origin.saying("hello"); GyreNode running = GyreNode.before(origin);
             ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return new ExitCodesPage(dir).page(origin.url().toString(), taken.getLocalPort(),
                    "127.0.0.1:" + running.adminPort());
        }
    }

    private String page(String backend, int taken, String node) throws Exception {
        JsonObject good = new JsonObject().put("services", new JsonObject().put("web",
                new JsonObject().put("backends", new JsonArray().add(backend))));
        String right = config("right", good).toString();
        String wrong = config("wrong", good.copy().put("instance", 1)).toString();
        String inUse = config("in-use", good.copy().put("listeners", new JsonArray().add(
                new JsonObject().put("host", "127.0.0.1").put("port", taken)))).toString();
        run("`run … -conf FILE`, then SIGTERM or Ctrl-C", "run", "dev.gyre.MainVerticle", "-conf", right);
        run("`run … -conf FILE`, the port is in use", "run", "dev.gyre.MainVerticle", "-conf", inUse);
        run("`run … -conf FILE`, mistakes in the config", "run", "dev.gyre.MainVerticle", "-conf", wrong);
        run("`run`, no config", "run", "dev.gyre.MainVerticle");
        run("an unknown command", "fly");
        run("`check -conf FILE`, no mistakes", "check", "-conf", right);
        run("`check -conf FILE`, mistakes in the config", "check", "-conf", wrong);
        run("`check`, no file named", "check");
        GyreProcess stopped = runs.values().iterator().next();
        stopped.await("ready after");
        stopped.terminate();
        // A command waits for its node only so long, which a dozen starts at once could take.
        for (GyreProcess run : runs.values()) {
            run.exitCode();
        }
        run("`admin node list`, done", "admin", "node", "list", "--node", node);
        run("`admin backend drain …`, the node refuses", "admin", "backend", "drain", "none",
                "http://127.0.0.1:1", "--node", node);
        run("`admin …`, an unknown command or option", "admin", "backend", "fly");
        run("`admin …`, no node answers", "admin", "node", "list", "--node", "127.0.0.1:1");
        StringBuilder text = new StringBuilder("# Exit codes\n\n");
        text.append(Markdown.note("`ExitCode` and runs of the commands below"))
                .append(Markdown.head("code", "`run`, `demo`", "`check`", "`admin`", "then"));
        for (ExitCode one : ExitCode.values()) {
            text.append(Markdown.row(Integer.toString(one.code()), one.ofNode(), one.ofCheck(), one.ofAdmin(),
                    one.remedy()));
        }
        text.append("""

                A failed start prints one line for each reason on standard error, without a stack trace.

                ## Runs

                """).append(Markdown.head("command", "exit code"));
        for (Map.Entry<String, GyreProcess> run : runs.entrySet()) {
            text.append(Markdown.row(run.getKey(), code(Integer.toString(run.getValue().exitCode()))));
            run.getValue().close();
        }
        return text.toString();
    }

    private void run(String name, String... arguments) throws Exception {
        runs.put(name, GyreProcess.start(List.of(), List.of(arguments)));
    }

    private Path config(String name, JsonObject config) throws Exception {
        return GyreProcess.write(Files.createDirectory(dir.resolve(name)), config);
    }
}

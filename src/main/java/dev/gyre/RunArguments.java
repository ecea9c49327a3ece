package dev.gyre;

import dev.gyre.config.ConfigSource;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The arguments of {@code run} as Vert.x is to see them. A config file is passed on by its path, so that its
 * changes can be followed; Vert.x would pass its content, and an empty config for a file that does not exist.
 */
final class RunArguments {

    /** Options of Vert.x that mean something here; it would pass over any other word in silence. */
    private static final List<String> PASSED_ON = List.of("-options", "-cp", "-classpath");

    private RunArguments() {
    }

    static List<String> prepare(List<String> args) throws StartFailed {
        List<String> prepared = new ArrayList<>(List.of("run"));
        boolean hasConf = false;
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            String name = arg.startsWith("--") ? arg.substring(1) : arg;
            if (name.equals("-cluster") || name.equals("-ha")) {
                throw StartFailed.badConfig(List.of(arg + ": this version of Gyre runs on one node"));
            }
            if (name.equals("-instances") || name.startsWith("-instances=")) {
                throw StartFailed.badConfig(List.of(arg + ": this is \"instances\" in the config"));
            }
            if (name.equals("-conf") || name.startsWith("-conf=")) {
                String value = name.startsWith("-conf=") ? name.substring("-conf=".length())
                        : i + 1 < args.size() ? args.get(++i) : "";
                prepared.add("-conf");
                prepared.add(given(value).encode());
                hasConf = true;
            } else if (known(name)) {
                prepared.add(arg);
            } else {
                throw StartFailed.badConfig(List.of("run: unknown option " + arg
                        + " (known: -conf, " + String.join(", ", PASSED_ON) + ", --help)"));
            }
        }
        boolean asksForHelp = args.stream().anyMatch(arg -> arg.equals("--help") || arg.equals("-h"));
        if (!hasConf && !asksForHelp) {
            throw StartFailed.badConfig(List.of(
                    "run: no config (expected: run dev.gyre.MainVerticle -conf FILE)"));
        }
        return prepared;
    }

    private static boolean known(String name) {
        return !name.startsWith("-") || name.startsWith("-D") || name.equals("-help") || name.equals("-h")
                || PASSED_ON.stream()
                        .anyMatch(option -> name.equals(option) || name.startsWith(option + "="));
    }

    /** What {@link ConfigSource} is given for the value of {@code -conf}: a file's path, or JSON. */
    static JsonObject given(String value) throws StartFailed {
        if (value.strip().startsWith("{")) {
            try {
                return new JsonObject(value);
            } catch (DecodeException e) {
                throw StartFailed.badConfig(List.of("-conf: not valid JSON: "
                        + e.getMessage().lines().findFirst().orElse("")));
            }
        }
        if (value.isEmpty()) {
            throw StartFailed.badConfig(List.of("-conf: missing value (expected: a file, or JSON)"));
        }
        Path path = Path.of(value).toAbsolutePath();
        if (!Files.isRegularFile(path)) {
            throw StartFailed.badConfig(List.of("-conf: no file " + path));
        }
        return new JsonObject().put(ConfigSource.PATH_KEY, path.toString());
    }
}

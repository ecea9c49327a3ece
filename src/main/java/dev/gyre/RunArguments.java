package dev.gyre;

import dev.gyre.config.ConfigSource;
import dev.gyre.config.JsonText;
import dev.gyre.files.GuardedFile;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The arguments of {@code run} for Vert.x. A config file is passed on by its path, so that its changes can be
 * followed; Vert.x would pass its content, and an empty config for a file that does not exist.
 */
final class RunArguments {

    /** Options of Vert.x that have an effect here; it would silently ignore any other word. */
    private static final List<String> PASSED_ON = List.of("-options", "-cp", "-classpath");

    private RunArguments() {
    }

    static List<String> prepare(List<String> args) throws StartFailed {
        List<String> prepared = new ArrayList<>(List.of("run"));
        Optional<JsonObject> conf = Optional.empty();
        boolean clustered = false;
        boolean verticle = false;
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            String name = arg.startsWith("--") ? arg.substring(1) : arg;
            if (name.equals("-cluster")) {
                clustered = true;
                continue;
            }
            if (name.equals("-ha") || name.startsWith("-cluster-")) {
                throw StartFailed.badConfig(List.of("run: " + arg + ": not with Gyre (expected: -cluster, and"
                        + " \"cluster\" in the config)"));
            }
            if (name.equals("-instances") || name.startsWith("-instances=")) {
                throw StartFailed.badConfig(List.of("run: " + arg
                        + ": not with Gyre (expected: \"instances\" in the config)"));
            }
            if (name.equals("-conf") || name.startsWith("-conf=")) {
                String value = name.startsWith("-conf=") ? name.substring("-conf=".length())
                        : i + 1 < args.size() ? args.get(++i) : "";
                conf = Optional.of(given(value));
            } else if (PASSED_ON.contains(name)) {
                prepared.add(arg);
                if (i + 1 < args.size()) {
                    prepared.add(args.get(++i));
                }
            } else if (known(name)) {
                prepared.add(arg);
            } else if (!name.startsWith("-")) {
                if (verticle) {
                    throw StartFailed.badConfig(List.of("run: " + arg + ": one word too many (expected: run "
                            + MainVerticle.class.getName() + " -conf FILE)"));
                }
                verticle = true;
                prepared.add(arg);
            } else {
                throw StartFailed.badConfig(List.of("run: unknown option " + arg
                        + " (known: -conf, -cluster, " + String.join(", ", PASSED_ON) + ", --help)"));
            }
        }
        boolean asksForHelp = args.stream().anyMatch(arg -> arg.equals("--help") || arg.equals("-h"));
        if (conf.isEmpty() && !asksForHelp) {
            throw StartFailed.badConfig(List.of(
                    "run: no config (expected: run dev.gyre.MainVerticle -conf FILE)"));
        }
        if (conf.isPresent()) {
            prepared.add("-conf");
            prepared.add(conf.get().put(MainVerticle.CLUSTERED, clustered).encode());
        }
        return prepared;
    }

    private static boolean known(String name) {
        return name.startsWith("-D") || name.equals("-help") || name.equals("-h")
                || PASSED_ON.stream().anyMatch(option -> name.startsWith(option + "="));
    }

    /** What {@link ConfigSource} is given for the value of {@code -conf}: a file's path, or JSON. */
    static JsonObject given(String value) throws StartFailed {
        if (value.strip().startsWith("{")) {
            try {
                if (JsonText.strict(value) instanceof JsonObject config) {
                    return config;
                }
            } catch (DecodeException e) {
                throw StartFailed.badConfig(List.of("-conf" + JsonText.mistake(e)));
            }
        }
        if (value.isEmpty()) {
            throw StartFailed.badConfig(List.of("-conf: missing value (expected: a file, or JSON)"));
        }
        Path path = Path.of(value).toAbsolutePath();
        Optional<String> irregularity = GuardedFile.irregularity(path);
        if (irregularity.isPresent()) {
            throw StartFailed.badConfig(List.of("-conf: " + irregularity.get()));
        }
        if (!Files.isRegularFile(path)) {
            throw StartFailed.badConfig(List.of("-conf: no file " + path));
        }
        return new JsonObject().put(ConfigSource.PATH_KEY, path.toString());
    }
}

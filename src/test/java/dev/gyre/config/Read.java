package dev.gyre.config;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads config written in a test, with single quotes for double ones. */
final class Read {

    private Read() { }

    static JsonObject json(String text) {
        return new JsonObject(text.replace('\'', '"'));
    }

    static Checked<Settings> config(String text) {
        return config(json(text), Map.of(), Map.of());
    }

    static Checked<Settings> config(JsonObject json, Map<String, String> env, Map<String, String> files) {
        return ConfigReader.read(json, name -> Optional.ofNullable(env.get(name)),
                (Path file) -> Optional.ofNullable(files.get(file.toString())));
    }

    static Settings settings(String text) {
        Checked<Settings> checked = config(text);
        return checked.accepted().orElseThrow(() -> new AssertionError(checked.mistakes()));
    }

    static List<String> mistakes(String text) {
        return lines(config(text));
    }

    static List<String> lines(Checked<?> checked) {
        return checked.mistakes().stream().map(ConfigError::toString).toList();
    }
}

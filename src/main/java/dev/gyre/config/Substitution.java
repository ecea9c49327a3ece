package dev.gyre.config;

import dev.gyre.files.GuardedFile;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts in what {@code ${ENV_NAME}} and {@code ${file:PATH}} stand for; {@code $${} is a plain {@code ${}. */
final class Substitution {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\$\\{|\\$\\{([^}]*)(}?)");
    /** Begins what stands for a file's content. */
    static final String FILE = "file:";
    private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    private static final String FORMS = "${ENV_NAME}, ${file:PATH}, or $${ for a plain ${";

    private final Function<String, Optional<String>> env;
    private final Function<Path, Optional<String>> files;
    private final Findings findings;

    Substitution(Function<String, Optional<String>> env, Function<Path, Optional<String>> files,
            Findings findings) {
        this.env = env;
        this.files = files;
        this.findings = findings;
    }

    static Substitution ofProcess(Findings findings) {
        return new Substitution(Substitution::variable, Substitution::content, findings);
    }

    static Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name));
    }

    static Optional<String> content(Path file) {
        try {
            return Optional.of(GuardedFile.text(file, GuardedFile.SHORT));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    JsonObject in(String path, JsonObject json) {
        JsonObject result = new JsonObject();
        Fields fields = new Fields(path, json, new Form.Open(), findings);
        for (Map.Entry<String, Object> entry : json) {
            result.put(entry.getKey(), in(fields.path(entry.getKey()), entry.getValue()));
        }
        return result;
    }

    private Object in(String path, Object value) {
        if (value instanceof JsonObject object) {
            return in(path, object);
        }
        if (value instanceof JsonArray array) {
            JsonArray result = new JsonArray();
            for (int i = 0; i < array.size(); i++) {
                result.add(in(path + "[" + i + "]", array.getValue(i)));
            }
            return result;
        }
        return value instanceof String text ? in(path, text) : value;
    }

    private String in(String path, String text) {
        Matcher reference = REFERENCE.matcher(text);
        StringBuilder result = new StringBuilder();
        while (reference.find()) {
            if (reference.group(1) == null) {
                reference.appendReplacement(result, Matcher.quoteReplacement("${"));
                continue;
            }
            findings.replaced(path, text);
            Optional<String> found = reference.group(2).isEmpty()
                    ? refuse(path, Value.describe(text) + " has a \"${\" without its \"}\"", FORMS)
                    : resolve(path, reference.group(1));
            reference.appendReplacement(result, Matcher.quoteReplacement(found.orElse("")));
        }
        return reference.appendTail(result).toString();
    }

    private Optional<String> resolve(String path, String name) {
        String shown = Value.describe("${" + name + "}");
        if (name.startsWith(FILE)) {
            String file = name.substring(FILE.length()).trim();
            Optional<String> content = content(file);
            return content.isPresent()
                    ? content.map(text -> text.replaceFirst("[\\r\\n]+\\z", ""))
                    : refuse(path, shown + " cannot be read" + irregularity(file), "a readable file");
        }
        if (!VARIABLE.matcher(name).matches()) {
            return refuse(path, shown, FORMS);
        }
        Optional<String> value = env.apply(name);
        return value.isPresent() ? value : refuse(path, shown + " is not set", "an environment variable");
    }

    private Optional<String> content(String file) {
        try {
            return files.apply(Path.of(file));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static String irregularity(String file) {
        try {
            return GuardedFile.irregularity(Path.of(file)).map(why -> ": " + why).orElse("");
        } catch (InvalidPathException e) {
            return "";
        }
    }

    private Optional<String> refuse(String path, String found, String expected) {
        findings.unresolved(ConfigError.of(path, found, expected));
        return Optional.empty();
    }
}

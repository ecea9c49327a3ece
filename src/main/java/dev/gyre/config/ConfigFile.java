package dev.gyre.config;

import dev.gyre.files.GuardedFile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** The file a node's config starts from. */
final class ConfigFile {

    private final String name;
    private final Path path;
    private final Vertx vertx;
    private Optional<Parsed> latest = Optional.empty();

    private record Parsed(String text, JsonObject json) {
    }

    ConfigFile(Vertx vertx, String name) {
        this.vertx = vertx;
        this.name = name;
        // A relative name that is not there would be looked for on the class path.
        this.path = Path.of(name).toAbsolutePath();
    }

    Future<JsonObject> read() {
        return vertx.getOrCreateContext()
                .executeBlocking(() -> GuardedFile.text(path, GuardedFile.CONFIG), false)
                .recover(cause -> Future.failedFuture(new UnreadableConfig(name + ": " + reason(cause))))
                .compose(this::parsed);
    }

    /** The same instance as long as the text is the same; parsed on no event loop, for that may take long. */
    private Future<JsonObject> parsed(String text) {
        if (latest.isPresent() && latest.get().text().equals(text)) {
            return Future.succeededFuture(latest.get().json());
        }
        return vertx.getOrCreateContext().executeBlocking(() -> JsonText.parse(name, text), false)
                .onSuccess(json -> latest = Optional.of(new Parsed(text, json)));
    }

    private String reason(Throwable cause) {
        if (cause instanceof NoSuchFileException) {
            return "no such file (expected: a JSON file with the config)";
        }
        if (cause instanceof AccessDeniedException) {
            return "no permission to read it";
        }
        if (Files.isDirectory(path)) {
            return "a directory (expected: a JSON file with the config)";
        }
        return cause instanceof GuardedFile.Irregular ? cause.getMessage()
                : "cannot be read: " + cause.getMessage();
    }
}

package dev.gyre.config;

import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
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

    private static final String TEXT = "text";

    private final String name;
    private final Path path;
    private final Vertx vertx;
    private Optional<ConfigRetriever> opened = Optional.empty();
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
        return retriever().getConfig()
                .recover(cause -> Future.failedFuture(new UnreadableConfig(name + ": " + reason(cause))))
                .compose(read -> parsed(read.getString(TEXT)));
    }

    /** The same instance as long as the text is the same; parsed on no event loop, for that may take long. */
    private Future<JsonObject> parsed(String text) {
        if (latest.isPresent() && latest.get().text().equals(text)) {
            return Future.succeededFuture(latest.get().json());
        }
        return vertx.getOrCreateContext().executeBlocking(() -> JsonText.parse(name, text), false)
                .onSuccess(json -> latest = Optional.of(new Parsed(text, json)));
    }

    void close() {
        opened.ifPresent(ConfigRetriever::close);
    }

    /** Opened by the first read, so that it lives on the context that reads. */
    private ConfigRetriever retriever() {
        if (opened.isEmpty()) {
            // Raw text: the store's own JSON format keeps neither double keys nor the place of a mistake.
            opened = Optional.of(ConfigRetriever.create(vertx, new ConfigRetrieverOptions().setScanPeriod(-1)
                    .addStore(new ConfigStoreOptions().setType("file").setFormat("raw").setConfig(
                            new JsonObject().put("path", path.toString()).put("raw.key", TEXT)))));
        }
        return opened.get();
    }

    private String reason(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof NoSuchFileException) {
                return "no such file (expected: a JSON file with the config)";
            }
            if (at instanceof AccessDeniedException) {
                return "no permission to read it";
            }
        }
        return Files.isDirectory(path)
                ? "a directory (expected: a JSON file with the config)"
                : "cannot be read: " + cause.getMessage();
    }
}

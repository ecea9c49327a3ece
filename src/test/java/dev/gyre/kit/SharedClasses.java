package dev.gyre.kit;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * What the JVM has loaded and verified of the jar under test, written down once and mapped into every node
 * that starts after it, which halves what a start costs (class data sharing, JEP 350). One archive a JDK; a
 * JVM that finds that one is not of its jar loads as ever.
 */
final class SharedClasses {

    private SharedClasses() {
    }

    /** Where the archive of this jar and this JDK is, if there is one. */
    static Path of(Path jar) {
        return jar.resolveSibling("test-gyre-" + Runtime.version() + ".jsa");
    }

    /** Makes the archive if there is none that is later than the jar. Nobody else may be at it. */
    static void record(Path jar) throws IOException {
        Path archive = of(jar);
        if (Files.exists(archive)
                && Files.getLastModifiedTime(archive).compareTo(Files.getLastModifiedTime(jar)) >= 0) {
            return;
        }
        Files.deleteIfExists(archive);
        Path fresh = jar.resolveSibling(archive.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        Path directory = Files.createTempDirectory("gyre-shared-classes");
        try (Origin origin = Origin.saying("hello").withoutRecording();
             GyreProcess node = GyreProcess.start(command(directory, fresh, origin))) {
            node.await("ready after");
            try (Wire client = Wire.to(node.port())) {
                client.write("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
                client.readAnswer();
            }
            node.admin().backends();
            node.admin().get("/metrics");
            node.terminate();
            node.exitCode();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // Only a whole one gets the name: half of one a JVM would not always know.
        Files.move(fresh, archive, StandardCopyOption.ATOMIC_MOVE);
    }

    private static List<String> command(Path directory, Path fresh, Origin origin) throws IOException {
        String address = Place.ownAddress();
        Path config = GyreProcess.write(directory, new JsonObject()
                .put("services", new JsonObject().put("web",
                        new JsonObject().put("backends", new JsonArray().add(origin.url()))))
                .put("cluster", new JsonObject().put("name", "gyre-shared-classes").put("host", address)
                        .put("port", ClusterNode.CLUSTER_PORT)
                        .put("members", new JsonArray().add(address + ":" + ClusterNode.CLUSTER_PORT))
                        .put("secret", "secret-of-nobody")));
        return GyreProcess.command(List.of("-XX:ArchiveClassesAtExit=" + fresh),
                List.of("run", "dev.gyre.MainVerticle", "-conf", config.toString(), "-cluster"));
    }
}

package dev.gyre.kit;

import java.io.IOException;
import java.net.Socket;
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
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 2, origin)) {
            use(nodes, fresh);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new AssertionError("no archive of shared classes", e);
        }
        // Only a whole one gets the name: half of one a JVM would not always know.
        Files.move(fresh, archive, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The recorded node joins another, loses it, and is then the one that the other joins. */
    private static void use(ClusterNodes nodes, Path archive) throws Exception {
        ClusterNode other = nodes.node(0);
        ClusterNode recorded = nodes.node(1);
        recorded.under(List.of("env", "JDK_JAVA_OPTIONS=-XX:ArchiveClassesAtExit=" + archive));
        nodes.restart(other);
        nodes.restart(recorded);
        exercise(recorded);
        other.stop();
        nodes.restart(other);
        nodes.awaitSameView();
        recorded.stop();
    }

    private static void exercise(ClusterNode node) throws IOException {
        try (Wire client = new Wire(
                new Socket(node.listener().host(), node.listener().port()))) {
            client.write("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
            client.readAnswer();
        }
        node.admin().backends();
        node.admin().get("/metrics");
        node.ask("node.list");
        node.ask("history");
        node.admin().command(Command.backend("add", "http://10.9.0.1:1").put("service", "spare"));
    }
}

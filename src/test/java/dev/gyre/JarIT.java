package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the build made, used as the README says: merged services, manifest and wrapper are only true here. */
class JarIT {

    private static final Path JAR = Path.of("target", "gyre.jar");

    @TempDir
    private Path dir;

    @Test
    void theJarServes() throws Exception {
        try (Origin origin = Origin.saying("hello"); GyreProcess node = run(jar(), nodeBefore(origin));
             Wire client = Wire.to(node.port())) {
            client.write("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
            assertThat(client.readAnswer().body()).isEqualTo("hello");
            node.terminate();
            assertThat(node.exitCode()).isZero();
            assertThat(node.output()).as("nothing but Gyre's own lines")
                    .allMatch(line -> line.contains(" gyre"));
        }
    }

    @Test
    void theWrapperRunsTheClassicCommand() throws Exception {
        try (Origin origin = Origin.saying("hello");
             GyreProcess node = run(List.of("target/vertx"), nodeBefore(origin))) {
            node.await("ready after");
            node.terminate();
            assertThat(node.exitCode()).isZero();
        }
    }

    @Test
    void theDemoAnswersCurl() throws Exception {
        assumeThat(isFree(8080) && isFree(9090)).as("ports 8080 and 9090 are free").isTrue();
        try (GyreProcess demo = run(jar(), List.of("demo"))) {
            demo.await("Ctrl-C ends it");
            Process curl = new ProcessBuilder("curl", "-sS", "--max-time", "30", "localhost:8080")
                    .redirectErrorStream(true).start();
            assertThat(new String(curl.getInputStream().readAllBytes())).startsWith("hello from backend ");
            demo.terminate();
            assertThat(demo.exitCode()).isZero();
        }
    }

    @Test
    void noClassIsInTheJarTwice() throws Exception {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            List<String> names = jar.stream().map(entry -> entry.getName()).collect(Collectors.toList());
            assertThat(names).doesNotHaveDuplicates();
        }
    }

    private List<String> nodeBefore(Origin origin) throws IOException {
        Path config = dir.resolve("gyre.json");
        Files.writeString(config, """
                {"listeners": [{"host": "127.0.0.1", "port": 0}], "admin": {"port": 0}, "data": "%s",
                 "services": {"web": {"backends": ["%s"]}}}
                """.formatted(dir.resolve("data"), origin.url()));
        return List.of("run", "dev.gyre.MainVerticle", "-conf", config.toString());
    }

    private static List<String> jar() {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        // That the machine stood still for two seconds is none of Gyre's words.
        return List.of(java.toString(),
                "-Dorg.slf4j.simpleLogger.log.io.vertx.core.impl.BlockedThreadChecker=off", "-jar",
                JAR.toString());
    }

    private static GyreProcess run(List<String> program, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(program);
        command.addAll(arguments);
        return GyreProcess.start(command);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("0.0.0.0"))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}

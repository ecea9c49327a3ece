package dev.gyre.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.GyreProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's commands do what it shows: the demo is started as it says, and each command of a console block
 * is typed into one shell. Numbers and identifiers may differ. With {@code -Dgyre.pages=write} the outputs
 * are written into the README.
 */
class ReadmeIT {

    private static final Path README = Path.of("README.md");
    private static final Pattern BLOCK = Pattern.compile("(?s)```console\n(.*?)```");
    private static final String DEMO = "java -jar target/gyre.jar demo";
    private static final String END = "--- end of output ---";

    /** Where each command's words come from; the last line it prints ends them. */
    private final class Shell implements AutoCloseable {

        private final Process bash;
        private final OutputStream in;
        private final BufferedReader out;

        Shell() throws IOException {
            // What the commands start in the background has groups of its own, and ends with the shell.
            bash = new ProcessBuilder("bash", "-c", "set -m; "
                    + "trap 'for job in $(jobs -p); do kill -9 -- -$job; done' EXIT; "
                    + "while IFS= read -r line; do "
                    + "eval \"$line\" < /dev/null; echo; echo '" + END + "'; done")
                    .directory(dir.toFile()).redirectErrorStream(true).start();
            in = bash.getOutputStream();
            out = new BufferedReader(new InputStreamReader(bash.getInputStream(), StandardCharsets.UTF_8));
            // Most of these processes live for a second.
            type("java() { command java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto \"$@\"; }");
        }

        List<String> type(String command) throws IOException {
            in.write((command + "\n").getBytes(StandardCharsets.UTF_8));
            in.flush();
            List<String> lines = new ArrayList<>();
            for (String line = out.readLine(); !END.equals(line); line = out.readLine()) {
                assertThat(line).as("the shell ended in: %s, after %s", command, lines).isNotNull();
                lines.add(line);
            }
            while (!lines.isEmpty() && lines.get(lines.size() - 1).isEmpty()) {
                lines.remove(lines.size() - 1);
            }
            return lines;
        }

        @Override
        public void close() throws IOException, InterruptedException {
            in.close();
            bash.waitFor(Await.SECONDS, TimeUnit.SECONDS);
        }
    }

    @TempDir
    private Path dir;

    @Test
    void theCommandsDoWhatTheReadmeShows() throws Exception {
        for (int port : List.of(8080, 8081, 9001, 9002, 9003, 9004, 9005, 9090)) {
            assumeThat(isFree(port)).as("port %d is free", port).isTrue();
        }
        String readme = Files.readString(README);
        assertThat(readme).contains("mvn -q clean package -DskipTests && " + DEMO);
        for (String name : List.of("target", "conf")) {
            Files.createSymbolicLink(dir.resolve(name), Path.of(name).toAbsolutePath());
        }
        StringBuilder seen = new StringBuilder();
        try (GyreProcess demo = GyreProcess.start(List.of(DEMO.split(" ")));
             Shell shell = new Shell()) {
            demo.await("Ctrl-C ends it");
            Matcher block = BLOCK.matcher(readme);
            while (block.find()) {
                StringBuilder text = new StringBuilder("```console\n");
                for (String command : block.group(1).lines().filter(line -> line.startsWith("$ ")).toList()) {
                    text.append(command).append('\n');
                    shell.type(command.substring(2)).forEach(line -> text.append(line).append('\n'));
                }
                block.appendReplacement(seen, Matcher.quoteReplacement(text.append("```").toString()));
            }
            block.appendTail(seen);
        }
        for (String name : List.of("target", "conf")) {
            Files.delete(dir.resolve(name));
        }
        if ("write".equals(System.getProperty("gyre.pages"))) {
            Files.writeString(README, seen);
        }
        assertThat(words(seen.toString())).as("%s with what its commands print", README)
                .isEqualTo(words(Files.readString(README)));
    }

    /** What is the same each time: no versions, numbers or widths of columns. */
    private static String words(String text) {
        return text.replaceAll("\\b[0-9a-f]{8,}(\\.[0-9a-f]{4,})*\\b", "N").replaceAll("\\d[\\d.,]*", "N")
                .replaceAll("[ \\t]+", " ");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("0.0.0.0"))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}

package dev.gyre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.api.GivenCommands;
import dev.gyre.kit.Fuzzed;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;

/** A line as it is typed is misused, in words, or leads to a command that the node can judge. */
public class FuzzedLinesTest {

    private static final GivenCommands NODE = new GivenCommands();

    @AfterAll
    static void close() throws Exception {
        NODE.close();
    }

    static Stream<byte[]> seeds() {
        return CliCommand.ALL.stream().map(CliCommand::example)
                .map(line -> line.replace(' ', '\n').getBytes(StandardCharsets.UTF_8));
    }

    @Fuzzed
    void holdFor(byte[] input) throws Exception {
        fuzzerTestOneInput(input);
    }

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        List<String> words = new String(input, StandardCharsets.UTF_8).lines().toList();
        CliLine line;
        try {
            line = CliLine.parse(words);
        } catch (Misused e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        assertThat(line.node().port()).contains(":");
        NODE.give(new JsonObject(line.command()));
    }
}

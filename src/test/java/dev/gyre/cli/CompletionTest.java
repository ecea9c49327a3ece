package dev.gyre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.api.Doors;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a shell offers to who has typed a part of a line. */
class CompletionTest {

    @TempDir
    private Path dir;
    private Path script;

    @BeforeEach
    void write() throws Exception {
        Doors.Said said = Doors.cli(Map.of(), List.of("completion", "bash"));
        assertThat(said.exit()).isZero();
        script = Files.writeString(dir.resolve("gyre.bash"), said.out());
    }

    /** The words that bash offers in place of the last one. */
    private List<String> offered(String... words) throws Exception {
        String ask = "source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($#-1)); COMPREPLY=();"
                + " _complete_gyre; printf '%s\\n' \"${COMPREPLY[@]}\"";
        // Outside of a completion bash complains of compopt; what it offers is the same.
        ProcessBuilder bash = new ProcessBuilder("bash", "-c", ask, script.toString())
                .redirectError(Redirect.DISCARD);
        bash.command().addAll(List.of(words));
        Process process = bash.start();
        String said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        return said.lines().map(String::strip).toList();
    }

    @Test
    void commandsAreOffered() throws Exception {
        assertThat(offered("gyre", "admin", "")).contains("backend", "history", "rollback", "completion");
        assertThat(offered("gyre", "admin", "backend", "re"))
                .containsExactlyInAnyOrder("remove", "resume", "reset");
        assertThat(offered("gyre", "ad")).containsExactly("admin");
    }

    @Test
    void optionsAndTheirWordsAreOffered() throws Exception {
        assertThat(offered("gyre", "admin", "backend", "drain", "--t"))
                .containsExactlyInAnyOrder("--timeout", "--token", "--token-file", "--ttl", "--tunnels");
        assertThat(offered("gyre", "admin", "service", "put", "--pool.max"))
                .containsExactlyInAnyOrder("--pool.maxConnections", "--pool.maxQueue");
        assertThat(offered("gyre", "admin", "service", "put", "--balance", "p"))
                .containsExactlyInAnyOrder("power-of-two", "peak-ewma");
        assertThat(offered("gyre", "admin", "service", "put", "--pool.scope", ""))
                .containsExactlyInAnyOrder("node", "cluster");
        assertThat(offered("gyre", "admin", "route", "put", "--priority", "c")).containsExactly("critical");
    }
}

package dev.gyre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Origin;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages that list what the code has: settings, commands, metrics, log events, exit codes. */
class GeneratedPagesTest {

    static final String REWRITE = "mvn -q test -Dtest=GeneratedPagesTest -Dgyre.pages=write";

    private static final Path DOCS = Path.of("src", "docs");

    @Test
    void settingsAreThoseOfTheSchema() throws Exception {
        check(Path.of("conf", "README.md"), SettingsPage::text);
    }

    @Test
    void commandsAreThoseOfTheNodeAndTheCommandLine() throws Exception {
        check(DOCS.resolve("commands.md"), () -> {
            try (Origin origin = Origin.saying("hello"); GyreNode node = GyreNode.before(origin)) {
                return CommandsPage.text(node);
            }
        });
    }

    @Test
    void metricsAreThoseOfANode(@TempDir Path dir) throws Exception {
        check(DOCS.resolve("metrics.md"), () -> MetricsPage.text(dir));
    }

    @Test
    void logEventsAreThoseOfTheSources() throws Exception {
        check(DOCS.resolve("log-events.md"), LogEventsPage::text);
    }

    @Test
    void exitCodesAreThoseOfRealRuns(@TempDir Path dir) throws Exception {
        check(DOCS.resolve("exit-codes.md"), () -> ExitCodesPage.text(dir));
    }

    private static void check(Path page, Callable<String> generator) throws Exception {
        String text = generator.call();
        if ("write".equals(System.getProperty("gyre.pages"))) {
            Files.writeString(page, text);
        }
        assertThat(Files.exists(page) ? Files.readString(page) : "no such file")
                .as("%s is stale; write it again: %s", page, REWRITE).isEqualTo(text);
    }
}

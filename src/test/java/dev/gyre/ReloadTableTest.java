package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.Settings;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** An operator must know which changes of a config need a restart: the page says it of each key. */
class ReloadTableTest {

    private static final Path PAGE = Path.of("src", "docs", "configuration.md");
    private static final Path SCHEMA = Path.of("conf", "gyre.schema.json");
    private static final Pattern KEY = Pattern.compile("`(\\w+)`");
    /** Services with routes, and the grace time: what {@link MainVerticle} takes over on a reload. */
    private static final Set<String> TAKEN_OVER = Set.of("declared", "grace");

    @Test
    void thePageSaysOfEachKeyWhetherItNeedsARestart() throws IOException {
        Set<String> all = new TreeSet<>(new JsonObject(Files.readString(SCHEMA)).getJsonObject("properties")
                .fieldNames());
        all.remove("$schema");
        Set<String> fixed = new TreeSet<>(FixedSettings.keys());
        Set<String> atOnce = new TreeSet<>(all);
        atOnce.removeAll(fixed);
        assertThat(keys("at the next start")).isEqualTo(fixed);
        assertThat(keys("within 5 s")).isEqualTo(atOnce);
    }

    @Test
    void aSettingIsEitherTakenOverOrNamedWhenItChanges() {
        assertThat(Settings.class.getRecordComponents())
                .as("settings that neither a reload takes over nor FixedSettings names are lost in silence")
                .hasSize(FixedSettings.keys().size() + TAKEN_OVER.size());
    }

    private static Set<String> keys(String effect) throws IOException {
        String row = Files.readString(PAGE).lines()
                .filter(line -> line.startsWith("| `") && line.contains("` | " + effect)).findFirst()
                .orElseThrow();
        return KEY.matcher(row.substring(0, row.indexOf("` | ") + 1)).results()
                .map((MatchResult key) -> key.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }
}

package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is made from the table of settings is up to date, and the table leaves nothing out. */
class SettingsTableTest {

    private static final Path SCHEMA = Path.of("conf/gyre.schema.json");
    private static final String REWRITE = "mvn -q test -Dtest=SettingsTableTest -Drewrite";

    @Test
    void theSchemaIsWhatTheTableSays() throws IOException {
        if (System.getProperty("rewrite") != null) {
            Files.writeString(SCHEMA, SettingsSchema.text());
        }
        assertThat(Files.readString(SCHEMA))
                .as("%s is made from SettingsTable. To write it again: %s", SCHEMA, REWRITE)
                .isEqualTo(SettingsSchema.text());
    }

    @Test
    void everySettingHasADescriptionAndADefault() {
        List<String> lacking = new ArrayList<>();
        SettingsTable.config().visit((path, setting) -> {
            boolean object = setting.form() instanceof Form.Group;
            boolean told = setting.fallback().isPresent() || !setting.absent().isEmpty() || object;
            if (!told || !setting.description().endsWith(".")) {
                lacking.add(path);
            }
        });
        assertThat(lacking).as("settings without a description or a default").isEmpty();
    }
}

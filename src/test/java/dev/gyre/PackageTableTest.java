package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table that a reader sees in the design page is the one that {@link ArchitectureTest} holds. */
class PackageTableTest {

    private static final Path PAGE = Path.of("src", "docs", "design.md");
    private static final Pattern ROW = Pattern.compile("\\| `([a-z.]+)` \\| [^|]+ \\| ([^|]+) \\|");

    @Test
    void theDesignPageHasTheTableOfArchitectureTest() throws IOException {
        Map<String, List<String>> shown = new TreeMap<>();
        Matcher row = ROW.matcher(Files.readString(PAGE));
        while (row.find()) {
            String uses = row.group(2).strip();
            if (!uses.equals("all")) {
                shown.put(row.group(1), uses.startsWith("–") ? List.of()
                        : Arrays.stream(uses.split(", ")).sorted().toList());
            }
        }
        Map<String, List<String>> held = ArchitectureTest.MAY_USE.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey,
                        entry -> entry.getValue().stream().sorted().toList()));
        assertThat(shown).as("package to the packages it may use, in %s and in ArchitectureTest", PAGE)
                .isEqualTo(held);
    }
}

package dev.gyre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A newcomer reads the package comments first: what they draw exists, and their figures are the defaults. */
class PackageCommentsTest {

    private static final Path SOURCES = Path.of("src", "main", "java", "dev", "gyre");
    private static final Pattern TYPE = Pattern.compile("\\b(?:[a-z]\\w+\\.)+([A-Z]\\w+)\\b");
    /** Such as {@code health.fall (3)}. */
    private static final Pattern DEFAULT = Pattern.compile("\\b([a-z][A-Za-z.]+) "
            + "\\((\\d\\w*(?:\\.\\d+)?|off)\\)");
    private static final Pattern FILE = Pattern.compile("`([\\w/-]+\\.java)`");

    @Test
    void everyTypeOfAPackageCommentExists() throws IOException {
        Set<String> known;
        try (Stream<Path> sources = Files.walk(SOURCES)) {
            known = sources.map(file -> file.getFileName().toString().replace(".java", ""))
                    .collect(Collectors.toSet());
        }
        assertThat(found(TYPE).filter(type -> !known.contains(type.group(1))).map(MatchResult::group))
                .isEmpty();
    }

    @Test
    void everyDefaultOfAPackageCommentIsThatOfTheSettings() throws IOException {
        String settings = Files.readString(Path.of("conf", "README.md"));
        List<MatchResult> given = found(DEFAULT).toList();
        assertThat(given.stream().filter(one -> !Pattern.compile("(?m)^\\| `services\\.NAME\\."
                        + Pattern.quote(one.group(1)) + "` \\| [^|]* \\| `?" + Pattern.quote(one.group(2))
                        + "`? \\|").matcher(settings).find()).map(MatchResult::group))
                .as("settings of a service with another default in conf/README.md").isEmpty();
        assertThat(given).as("defaults in package comments").isNotEmpty();
    }

    private static Stream<MatchResult> found(Pattern pattern) throws IOException {
        List<MatchResult> found = new ArrayList<>();
        try (Stream<Path> sources = Files.walk(SOURCES)) {
            for (Path page : sources.filter(file -> file.endsWith("package-info.java")).toList()) {
                found.addAll(pattern.matcher(Files.readString(page)).results().toList());
            }
        }
        return found.stream();
    }

    @Test
    void everyFileThatTheDesignPageNamesExists() throws IOException {
        Matcher file = FILE.matcher(Files.readString(Path.of("src", "docs", "design.md")));
        assertThat(file.results().map(named -> named.group(1))
                .filter(named -> !Files.exists(SOURCES.resolve(named)))).isEmpty();
    }
}

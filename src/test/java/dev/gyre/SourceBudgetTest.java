package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SourceBudgetTest {

    private static final int MOST_LINES = 500;
    private static final int LINES = 250;
    private static final double SHORT = 0.9;
    private static final int COLUMNS = 110;
    private static final Path MAIN = Path.of("src", "main", "java");
    /** Named by the pages for those who write verticles of their own. */
    private static final Set<String> FOR_OTHERS = Set.of("BusMember");

    @Test
    void aFileFitsInAHead() {
        assertThat(sources().filter(file -> lines(file).size() > MOST_LINES)
                .map(file -> file + ": " + lines(file).size() + " lines"))
                .as("files of more than %d lines, which even a state machine does not need: split it where a"
                        + " second concern begins, and name the new type after that", MOST_LINES)
                .isEmpty();
        List<Path> all = sources().toList();
        long fit = all.stream().filter(file -> lines(file).size() <= LINES).count();
        assertThat((double) fit / all.size()).as("part of the files with at most %d lines: most thoughts are"
                + " shorter", LINES).isGreaterThan(SHORT);
    }

    @Test
    void aLineFitsBesideAnother() {
        assertThat(sources().flatMap(file -> {
            List<String> lines = withoutTextBlocks(lines(file));
            return IntStream.range(0, lines.size()).filter(i -> columns(lines.get(i)) > COLUMNS)
                    .mapToObj(i -> file + ":" + (i + 1) + ": " + columns(lines.get(i)) + " columns");
        })).as("lines of more than %d columns: two files are compared side by side, so break the line",
                COLUMNS).isEmpty();
    }

    @Test
    void aClassHasAUser() {
        Pattern word = Pattern.compile("\\w+");
        Map<String, Set<Path>> users = new HashMap<>();
        mainFiles().forEach(file -> lines(file).stream().flatMap(line -> word.matcher(line).results())
                .forEach(name -> users.computeIfAbsent(name.group(), any -> new HashSet<>()).add(file)));
        assertThat(sources().filter(file -> file.startsWith(MAIN)).map(file -> file.getFileName().toString())
                .map(name -> name.substring(0, name.length() - ".java".length()))
                .filter(name -> !name.equals("package-info") && !FOR_OTHERS.contains(name))
                .filter(name -> users.get(name).size() == 1))
                .as("classes that nothing in the product names but themselves: delete what is not used")
                .isEmpty();
    }

    /** Also the names of service files, whose classes others make. */
    private static Stream<Path> mainFiles() {
        try (Stream<Path> files = Files.walk(Path.of("src", "main"))) {
            return files.filter(Files::isRegularFile).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A message that a test expects word for word stands there as it will be read, in one line. */
    private static List<String> withoutTextBlocks(List<String> lines) {
        List<String> code = new ArrayList<>();
        boolean inside = false;
        for (String line : lines) {
            boolean delimiter = line.contains("\"\"\"");
            code.add(inside && !delimiter ? "" : line);
            inside ^= delimiter;
        }
        return code;
    }

    private static int columns(String line) {
        return line.codePointCount(0, line.length());
    }

    private static Stream<Path> sources() {
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            List<Path> sources = files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
            assertThat(sources).as("Java files under src, seen from the project's directory").isNotEmpty();
            return sources.stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package dev.gyre.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Text of pages, written and read. */
final class Markdown {

    private Markdown() {
    }

    /** A line of a table; what would end a cell is escaped. */
    static String row(String... cells) {
        return Arrays.stream(cells)
                .map(cell -> cell.replace("|", "\\|").replaceAll("\\s+", " ").strip())
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    /** The head of a table. */
    static String head(String... columns) {
        return row(columns) + "|---".repeat(columns.length) + "|\n";
    }

    static String code(String text) {
        return text.isEmpty() ? "" : "`" + text + "`";
    }

    /** What a generated page says about itself. */
    static String note(String source) {
        return "Generated from " + source + ". Do not edit: `" + GeneratedPagesTest.REWRITE
                + "` writes it again.\n\n";
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The README and all pages. */
    static List<Path> pages() {
        try (Stream<Path> docs = Files.list(Path.of("src", "docs"));
             Stream<Path> bench = Files.list(Path.of("src", "bench"))) {
            return Stream.of(Stream.of(Path.of("README.md"), Path.of("conf", "README.md")), docs, bench)
                    .flatMap(files -> files).filter(file -> file.toString().endsWith(".md"))
                    .sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

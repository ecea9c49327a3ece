package dev.gyre.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a reader relies on: pages that one reads at once, links that lead somewhere, names that exist. */
class PagesTest {

    private static final int README_LINES = 150;
    private static final int PAGE_LINES = 250;
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern METRIC = Pattern.compile("\\bgyre_[a-z_]*[a-z]\\b");
    private static final Path DESIGN = Path.of("src", "docs", "design.md");
    private static final Pattern TEST = Pattern.compile("\\b([A-Z]\\w*[a-z](?:Test|IT))\\b");
    private static final Pattern TYPE =
            Pattern.compile("(?m)(?:`|^ {29}|▶ )([A-Z][a-z]\\w*)(?:\\.\\w+)?(?:`|:|  )");
    /** Files, the program, and what else is named so is no logger. */
    private static final Pattern LOGGER = Pattern.compile(
            "(?:`|loggers? |log\\.)(gyre\\.(?!jar|json|aot|jsa|service|schema|transport|pages)[a-z]+)\\b");
    private static final Path LOG_EVENTS = Path.of("src", "docs", "log-events.md");
    private static final Path METRICS = Path.of("src", "docs", "metrics.md");

    @Test
    void aPageIsReadAtOnce() {
        assertThat(Markdown.pages().stream().filter(page -> lines(page) > most(page))
                .map(page -> page + ": " + lines(page) + " lines (expected: at most " + most(page) + ")"))
                .isEmpty();
    }

    @Test
    void everyLinkLeadsSomewhere() {
        List<String> broken = new ArrayList<>();
        for (Path page : Markdown.pages()) {
            Matcher link = LINK.matcher(Markdown.text(page));
            while (link.find()) {
                if (!link.group(1).contains("://") && !leads(page, link.group(1))) {
                    broken.add(page + ": " + link.group(1));
                }
            }
        }
        assertThat(broken).as("links to files or headings that do not exist").isEmpty();
    }

    @Test
    void everyMetricThatAPageNamesExists() {
        Set<String> known = metrics(METRICS);
        assertThat(Markdown.pages().stream().flatMap(page -> metrics(page).stream()
                .filter(name -> !known.contains(name)).map(name -> page + ": " + name)))
                .as("names that %s does not list", METRICS).isEmpty();
    }

    @Test
    void everyLoggerThatAPageNamesExists() {
        Set<String> known = new TreeSet<>();
        Markdown.text(LOG_EVENTS).lines().filter(line -> line.startsWith("| `gyre"))
                .forEach(line -> known.add(line.split("`")[1]));
        List<String> unknown = new ArrayList<>();
        for (Path page : Markdown.pages()) {
            Matcher logger = LOGGER.matcher(Markdown.text(page));
            while (logger.find()) {
                if (!known.contains(logger.group(1))) {
                    unknown.add(page + ": " + logger.group(1));
                }
            }
        }
        assertThat(unknown).as("loggers that %s does not list", LOG_EVENTS).isEmpty();
    }

    /** Of the design page those in backquotes and in pictures, of the others the tests. */
    @Test
    void everyTypeThatAPageNamesExists() throws IOException {
        Set<String> known;
        try (Stream<Path> sources = Files.walk(Path.of("src"))) {
            known = sources.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".java"))
                    .map(name -> name.substring(0, name.length() - ".java".length()))
                    .collect(Collectors.toSet());
        }
        List<String> unknown = new ArrayList<>();
        for (Path page : Markdown.pages()) {
            Matcher type = (page.equals(DESIGN) ? TYPE : TEST).matcher(Markdown.text(page));
            while (type.find()) {
                if (!known.contains(type.group(1))) {
                    unknown.add(page + ": " + type.group(1));
                }
            }
        }
        assertThat(unknown).as("types that no file under src is named after").isEmpty();
    }

    @Test
    void theReadmeNamesTheVersionOfTheBuild() throws IOException {
        String version = Files.readString(Path.of("pom.xml"))
                .replaceFirst("(?s).*?<version>([^<]+)</version>.*", "$1");
        assertThat(Files.readString(Path.of("README.md"))).contains("Version " + version + ", ");
    }

    private static boolean leads(Path page, String link) {
        String[] parts = link.split("#", 2);
        Path target = parts[0].isEmpty() ? page
                : Path.of("").resolve(page).resolveSibling(parts[0]).normalize();
        return Files.exists(target) && (parts.length == 1 || anchors(target).contains(parts[1]));
    }

    /** As GitHub makes them of headings. */
    private static Set<String> anchors(Path page) {
        return Markdown.text(page).lines().filter(line -> line.matches("#+ .*"))
                .map(line -> line.replaceFirst("#+ ", "").toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
                .collect(Collectors.toSet());
    }

    private static Set<String> metrics(Path page) {
        Set<String> names = new TreeSet<>();
        Matcher name = METRIC.matcher(Markdown.text(page));
        while (name.find()) {
            names.add(name.group());
        }
        return names;
    }

    private static long lines(Path page) {
        return Markdown.text(page).lines().count();
    }

    private static int most(Path page) {
        return page.equals(Path.of("README.md")) ? README_LINES : PAGE_LINES;
    }
}

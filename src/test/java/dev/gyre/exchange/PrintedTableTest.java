package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of transitions in the design page is that of the code. */
class PrintedTableTest {

    private static final Path PAGE = Path.of("src", "docs", "design.md");
    private static final String BEGIN = "<!-- transitions: begin -->\n";
    private static final String END = "<!-- transitions: end -->\n";

    @Test
    void theDesignPageShowsWhatAnExchangeDoes() throws IOException {
        String page = Files.readString(PAGE);
        int from = page.indexOf(BEGIN) + BEGIN.length();
        int to = page.indexOf(END);
        String table = ExchangeTable.print().lines()
                .filter(line -> !line.endsWith("| ignored |")).collect(Collectors.joining("\n", "", "\n"));
        if ("write".equals(System.getProperty("gyre.pages"))) {
            page = page.substring(0, from) + table + page.substring(to);
            Files.writeString(PAGE, page);
        }
        assertThat(page.substring(from, page.indexOf(END)))
                .as("%s is stale; write it again: mvn -q test -Dtest=PrintedTableTest"
                        + " -Dgyre.pages=write", PAGE)
                .isEqualTo(table);
    }
}

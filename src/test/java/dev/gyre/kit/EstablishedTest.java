package dev.gyre.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the kernel lists is counted as it is, and not as often as it is listed. */
class EstablishedTest {

    private static final String TITLE = "  sl  local_address rem_address   st tx_queue rx_queue";
    private static final String ONE = "  12: 0100007F:9183 0100007F:E292 01 00000000:00000000";
    private static final String ONE_AGAIN = "  19: 0100007F:9183 0100007F:E292 01 00000000:00000000";
    private static final String ANOTHER = "  13: 0000000000000000FFFF00000100007F:9183"
            + " 0000000000000000FFFF00000100007F:E293 01 00000000:00000000";
    private static final String CLOSED = "  14: 0100007F:9183 0100007F:E294 08 00000000:00000000";
    private static final String UNKNOWN = "  15: 0100007F:9183 0100007F:E295 01 00000000:00000000";
    private static final Set<String> ACCEPTED =
            Set.of("9183 0100007F:E292", "9183 0100007F:E293", "9183 0100007F:E294");

    @TempDir
    Path directory;

    @Test
    void aConnectionThatIsListedTwiceCountsOnce() throws IOException {
        Path table = Files.write(directory.resolve("tcp"),
                List.of(TITLE, ONE, ANOTHER, CLOSED, UNKNOWN, ONE_AGAIN));
        assertThat(Established.count(table, ACCEPTED)).isEqualTo(2);
    }
}

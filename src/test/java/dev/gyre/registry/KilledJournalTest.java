package dev.gyre.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 of a process that appends and writes snapshots as fast as it can. */
class KilledJournalTest {

    private static final int ROUNDS = 6;

    @TempDir
    Path data;

    @Test
    void losesNothingThatWasAcknowledged() throws Exception {
        long seed = new SecureRandom().nextLong();
        Random random = new Random(seed);
        long last = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Process appender = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                    System.getProperty("java.class.path"), Appender.class.getName(), data.toString()).start();
            try (BufferedReader said = appender.inputReader()) {
                for (int lines = 150 + random.nextInt(150); lines > 0; lines--) {
                    last = Long.parseLong(said.readLine());
                }
                // By its handle: the process itself would close what it has said.
                appender.toHandle().destroyForcibly();
                String line = said.readLine();
                while (line != null) {
                    last = Long.parseLong(line);
                    line = said.readLine();
                }
            } finally {
                appender.destroyForcibly().waitFor();
            }
            Store store = open(data);
            Map<String, String> found = store.load();
            store.close();
            long count = Long.parseLong(found.get("count"));
            assertThat(count).as("round %d of seed %d", round, seed).isBetween(last, last + 1);
            assertThat(found.get("group " + count % 50)).as("the group is whole").startsWith(count + " ");
            last = count;
        }
        try (Stream<Path> files = Files.list(data)) {
            assertThat(files).noneMatch(path -> path.toString().contains("damaged"));
        }
    }

    private static Store open(Path data) throws DataUnusable {
        return FileStore.open(data, InstantSource.system(), new SecureRandom());
    }

    /** Appends groups of two lines and prints the number of each that is acknowledged. */
    static final class Appender {

        private Appender() {
        }

        public static void main(String[] args) throws Exception {
            Store store = open(Path.of(args[0]));
            Map<String, String> all = new TreeMap<>(store.load());
            for (long i = Long.parseLong(all.getOrDefault("count", "0")) + 1; ; i++) {
                List<JournalLine> group = List.of(JournalLine.of("count", Long.toString(i)),
                        JournalLine.of("group " + i % 50, i + " " + "x".repeat(20_000)));
                group.forEach(line -> all.put(line.key(), line.text().orElseThrow()));
                Map<String, String> now = Map.copyOf(all);
                store.append(group, () -> now.entrySet().stream()
                        .map(line -> JournalLine.of(line.getKey(), line.getValue())).toList());
                System.out.println(i);
            }
        }
    }
}

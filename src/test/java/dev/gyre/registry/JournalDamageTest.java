package dev.gyre.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gyre.kit.LogLines;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A byte that rots on the disk is found, said once, and costs no more than the entries it touches. */
class JournalDamageTest {

    private final Map<String, String> all = new TreeMap<>();
    private final PrintStream err = System.err;
    private MemoryDisk disk;

    @AfterEach
    void sayAgain() {
        System.setErr(err);
    }

    /** A snapshot of ten keys, a segment that came before the last, and the last. */
    @BeforeEach
    void write() throws Exception {
        // Thousands of messages are judged here, and nobody wants to read them.
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        disk = new MemoryDisk();
        List<Runnable> snapshots = new ArrayList<>();
        Journal journal = Journal.open(disk, new StepClock(), snapshots::add);
        for (int i = 0; i < 10; i++) {
            append(journal, "s" + i, i);
        }
        journal.compact(() -> lines(all));
        snapshots.forEach(Runnable::run);
        append(journal, "j1", 1);
        append(journal, "s1", 11);
        journal.compact(() -> lines(all));
        append(journal, "j2", 2);
        append(journal, "j3", 3);
        append(journal, "s2", 12);
        journal.close();
        assertThat(disk.names()).containsExactly("topology.journal.11", "topology.journal.13",
                "topology.json");
    }

    private void append(Journal journal, String key, int value) throws Exception {
        all.put(key, "{\"v\":\"" + value + "\"}");
        journal.append(List.of(JournalLine.of(key, all.get(key))), () -> lines(all));
    }

    private static List<JournalLine> lines(Map<String, String> all) {
        return all.entrySet().stream().map(line -> JournalLine.of(line.getKey(), line.getValue())).toList();
    }

    /** What is found in it; checks that the damage is said and kept, and gone at the next start. */
    private Map<String, String> opened(MemoryDisk left, String name) throws Exception {
        Map<String, byte[]> before = left.files();
        Map<String, String> found;
        try (LogLines log = LogLines.capture()) {
            Journal journal = Journal.open(left, new StepClock(), Runnable::run);
            found = new TreeMap<>(journal.load());
            journal.append(List.of(JournalLine.of("later", "1")), List::of);
            journal.close();
            assertThat(log.with("ERROR")).isNotEmpty().anyMatch(line -> line.contains(name));
        }
        if (before.containsKey(name)) {
            assertThat(left.files()).hasEntrySatisfying(name + ".damaged-20260301T120000.000Z",
                    kept -> assertThat(kept).isEqualTo(before.get(name)));
        }
        try (LogLines log = LogLines.capture()) {
            Map<String, String> again = new TreeMap<>(found);
            again.put("later", "1");
            assertThat(Journal.open(left, new StepClock(), Runnable::run).load()).isEqualTo(again);
            assertThat(log.with("ERROR")).isEmpty();
        }
        return found;
    }

    private void everySpoiledByte(String name, Random random) throws Exception {
        int length = disk.get(name).length;
        for (int at = 0; at < length; at++) {
            for (int bits : new int[] {1 << random.nextInt(8), 1 + random.nextInt(255)}) {
                MemoryDisk left = disk.afterKill();
                int index = at;
                left.spoil(name, bytes -> {
                    bytes[index] ^= (byte) bits;
                    return bytes;
                });
                Throwable failure = catchThrowable(() -> {
                    Map<String, String> found = opened(left, name);
                    Set<String> touched = new HashSet<>();
                    all.forEach((key, text) -> {
                        if (!text.equals(found.get(key))) {
                            touched.add(key);
                        }
                    });
                    assertThat(touched).hasSizeLessThanOrEqualTo(1);
                    assertThat(all.keySet()).containsAll(found.keySet());
                });
                assertThat(failure).as("%s: byte %d ^ %d", name, at, bits).isNull();
            }
        }
    }

    @Test
    void anyByteOfTheSnapshot() throws Exception {
        everySpoiledByte("topology.json", new Random(1));
    }

    @Test
    void anyByteOfASegmentThatIsDone() throws Exception {
        everySpoiledByte("topology.journal.11", new Random(2));
    }

    @Test
    void anyByteOfTheLastSegment() throws Exception {
        everySpoiledByte("topology.journal.13", new Random(3));
    }

    @Test
    void aMissingFile() throws Exception {
        // That the last of several is missing is the one thing that nobody can tell.
        for (String name : List.of("topology.json", "topology.journal.11")) {
            MemoryDisk left = disk.afterKill();
            left.delete(name);
            Map<String, String> found = opened(left, name);
            assertThat(found).isNotEmpty();
            assertThat(all.keySet()).containsAll(found.keySet());
        }
    }

    @Test
    void garbageInPlaceOfAFile() throws Exception {
        Random random = new Random(4);
        for (int i = 0; i < 300; i++) {
            String name = disk.names().get(random.nextInt(3));
            MemoryDisk left = disk.afterKill();
            // What a failed write may leave is no damage: a last one cut off, more behind one that is done.
            int kind = random.nextInt(3);
            if (kind == 1 && name.equals("topology.journal.11")
                    || kind == 2 && name.equals("topology.journal.13")) {
                continue;
            }
            left.spoil(name, garbage(random, kind));
            String what = name + " kind " + kind + ": "
                    + new String(left.get(name), StandardCharsets.ISO_8859_1);
            assertThat(catchThrowable(() -> opened(left, name))).as(what).isNull();
        }
    }

    private static UnaryOperator<byte[]> garbage(Random random, int kind) {
        return bytes -> switch (kind) {
            case 0 -> {
                byte[] noise = new byte[1 + random.nextInt(500)];
                random.nextBytes(noise);
                noise[0] = 'x';
                yield noise;
            }
            case 1 -> {
                byte[] appended = Arrays.copyOf(bytes, bytes.length + 60);
                Arrays.fill(appended, bytes.length, appended.length, (byte) 'y');
                yield appended;
            }
            default -> {
                int from = 50 + random.nextInt(bytes.length - 52);
                int to = from + 1 + random.nextInt(bytes.length - from - 1);
                byte[] hole = new byte[bytes.length - (to - from)];
                System.arraycopy(bytes, 0, hole, 0, from);
                System.arraycopy(bytes, to, hole, from, bytes.length - to);
                yield to < bytes.length ? hole : new byte[] {'x'};
            }
        };
    }

    @Test
    void aSpoiledByteInAGroupOfManyCostsOneOfThem() throws Exception {
        MemoryDisk one = new MemoryDisk();
        Journal journal = Journal.open(one, new StepClock(), Runnable::run);
        List<JournalLine> many = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            many.add(JournalLine.of("key " + i, "{\"v\":" + i + "}"));
        }
        journal.append(many, () -> many);
        journal.append(List.of(JournalLine.of("last", "1")), () -> many);
        journal.close();
        one.spoil("topology.journal.1", bytes -> {
            bytes[bytes.length / 2] ^= 1;
            return bytes;
        });
        assertThat(opened(one, "topology.journal.1")).hasSize(1000).containsKey("last");
    }

    @Test
    void theMessageSaysWhichFileWhereHowManyAndWhatToDo() throws Exception {
        disk.spoil("topology.journal.11", bytes -> {
            bytes[100] ^= 1;
            return bytes;
        });
        try (LogLines log = LogLines.capture()) {
            Journal.open(disk, new StepClock(), Runnable::run);
            assertThat(log.with("ERROR")).singleElement().asString()
                    .contains("file damaged file=memory/topology.journal.11 damage=\"at byte 44: the"
                            + " checksum of group 11 does not match (0 entries of it could be read); group 12"
                            + " follows 10\" groups_lost=1 entries_read=12: repeat the lost commands, unless"
                            + " other nodes bring them back");
            assertThat(log.with("INFO")).singleElement().asString()
                    .contains("topology.journal.11 as=topology.journal.11.damaged-20260301T120000.000Z");
        }
    }

    @Test
    void anythingMayBeInAKey() {
        for (String key : List.of("", "\"", "\\", "a\"b\\c\nd", "ä\u2028€", "\",\"")) {
            for (JournalLine line
                    : List.of(JournalLine.of(key, "{\"a\":\"]\"}"), JournalLine.forgotten(key))) {
                byte[] bytes = line.encode();
                assertThat(JournalLine.decode(bytes, 0, bytes.length)).contains(line);
                assertThat(new String(bytes, StandardCharsets.UTF_8)).doesNotContain("\n");
            }
        }
    }
}

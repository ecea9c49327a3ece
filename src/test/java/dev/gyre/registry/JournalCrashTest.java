package dev.gyre.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The node dies, loses its power or its disk fails, at every byte of a life of appends, forgetting, snapshots
 * and restarts: what was acknowledged is there, what was refused is not, a group is there as a whole.
 */
class JournalCrashTest {

    private final PrintStream err = System.err;

    @BeforeEach
    void keepThousandsOfWarningsOut() {
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
    }

    @AfterEach
    void sayAgain() {
        System.setErr(err);
    }

    /** Writes, and remembers what must be there. */
    private static final class Life {

        private final MemoryDisk disk;
        private final Deque<Runnable> snapshots = new ArrayDeque<>();
        private Map<String, String> acknowledged = new TreeMap<>();
        /** With a group that nobody was told of, or that was refused and could not be taken back yet. */
        private final List<Map<String, String>> possible = new ArrayList<>();
        private Journal journal;
        private int refused;

        Life(MemoryDisk disk) {
            this.disk = disk;
        }

        void run() throws IOException, DataUnusable {
            journal = Journal.open(disk, new StepClock(), snapshots::add);
            append(set("a", 1));
            append(set("b", 1), set("c", 1), set("a", 2));
            append(JournalLine.forgotten("b"), set("d", 1));
            compact();
            append(set("a", 3));
            append(set("e", 1), JournalLine.forgotten("d"));
            background();
            append(set("b", 2));
            restart();
            append(JournalLine.forgotten("a"));
            append(set("f", 1));
            compact();
            restart();
            append(set("c", 2));
            compact();
            background();
            append(JournalLine.forgotten("c"), set("g", 1));
            restart();
        }

        private static JournalLine set(String key, int value) {
            return JournalLine.of(key, "{\"v\":" + value + "}");
        }

        private void append(JournalLine... lines) {
            Map<String, String> next = with(acknowledged, lines);
            possible.add(next);
            try {
                journal.append(List.of(lines), () -> lines(next));
                acknowledged = next;
                possible.clear();
            } catch (IOException e) {
                refused++;
            }
        }

        private static Map<String, String> with(Map<String, String> before, JournalLine... lines) {
            Map<String, String> after = new TreeMap<>(before);
            for (JournalLine line : lines) {
                line.text().ifPresentOrElse(text -> after.put(line.key(), text),
                        () -> after.remove(line.key()));
            }
            return after;
        }

        private static List<JournalLine> lines(Map<String, String> all) {
            return all.entrySet().stream().map(line -> JournalLine.of(line.getKey(), line.getValue()))
                    .toList();
        }

        private void compact() {
            Map<String, String> now = acknowledged;
            journal.compact(() -> lines(now));
        }

        private void background() {
            while (!snapshots.isEmpty()) {
                snapshots.remove().run();
            }
        }

        private void restart() throws IOException, DataUnusable {
            if (!disk.fails()) {
                // A disk that fails until the end also fails to take back what was refused.
                possible.clear();
            }
            journal.close();
            snapshots.clear();
            journal = Journal.open(disk, new StepClock(), snapshots::add);
            Map<String, String> found = new TreeMap<>(journal.load());
            possible.add(acknowledged);
            assertThat(possible).contains(found);
            possible.clear();
            acknowledged = found;
        }
    }

    private static long steps() throws Exception {
        MemoryDisk disk = new MemoryDisk();
        Life life = new Life(disk);
        life.run();
        assertThat(life.acknowledged).containsOnlyKeys("b", "e", "f", "g");
        assertThat(life.refused).isZero();
        return disk.steps();
    }

    @Test
    void aSnapshotThatCannotBeBegunFailsNoWriteAndIsTriedAgain() throws Exception {
        MemoryDisk disk = new MemoryDisk();
        List<Runnable> begun = new ArrayList<>();
        AtomicBoolean noThread = new AtomicBoolean(true);
        Journal journal = Journal.open(disk, new StepClock(), snapshot -> {
            if (noThread.get()) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            begun.add(snapshot);
        });
        journal.append(List.of(JournalLine.of("a", "1")), List::of);
        journal.compact(() -> List.of(JournalLine.of("a", "1")));
        noThread.set(false);
        journal.append(List.of(JournalLine.of("b", "1")), List::of);
        journal.compact(() -> List.of(JournalLine.of("a", "1"), JournalLine.of("b", "1")));
        assertThat(begun).hasSize(1);
    }

    @Test
    void killedAtEveryByte() throws Exception {
        long steps = steps();
        assertThat(steps).isGreaterThan(1500);
        for (long step = 0; step < steps; step++) {
            Life life = crashed(step);
            holds(life, life.disk.afterKill(), "killed at step " + step);
        }
    }

    @Test
    void powerLostAtEveryByte() throws Exception {
        long steps = steps();
        for (long step = 0; step < steps; step++) {
            Life life = crashed(step);
            for (MemoryDisk left : life.disk.afterPowerLoss()) {
                holds(life, left, "no power from step " + step);
            }
        }
    }

    private static Life crashed(long step) throws Exception {
        Life life = new Life(new MemoryDisk().crashAt(step));
        try {
            life.run();
        } catch (MemoryDisk.Crash e) {
            assertThat(life.disk.crashed()).isTrue();
        }
        return life;
    }

    private static void holds(Life life, MemoryDisk left, String when) throws Exception {
        Journal journal = Journal.open(left, new StepClock(), Runnable::run);
        Map<String, String> found = new TreeMap<>(journal.load());
        life.possible.add(life.acknowledged);
        assertThat(life.possible).as(when).contains(found);
        assertThat(left.names()).as(when).contains("topology.json")
                .noneMatch(name -> name.contains("damaged") || name.endsWith(".tmp"));
        // It goes on from there.
        Map<String, String> next = Life.with(found, JournalLine.of("z", "9"));
        journal.append(List.of(JournalLine.of("z", "9")), () -> Life.lines(next));
        journal.close();
        assertThat(Journal.open(left, new StepClock(), Runnable::run).load()).as(when).isEqualTo(next);
    }

    @Test
    void aDiskThatFailsAtAnyStepAndWorksAgain() throws Exception {
        long steps = steps();
        int refused = 0;
        for (long failing : new long[] {1, 2, 5, 300}) {
            for (long step = 0; step < steps; step++) {
                MemoryDisk disk = new MemoryDisk().fail(step, failing);
                Life life = new Life(disk);
                life.run();
                refused += life.refused;
                life.background();
                disk.fail(Long.MAX_VALUE, 0);
                life.append(Life.set("z", 9));
                assertThat(life.acknowledged).as("failing at %d for %d", step, failing).containsKey("z");
                life.restart();
                assertThat(disk.names()).noneMatch(name -> name.contains("damaged"));
            }
        }
        assertThat(refused).isGreaterThan(1000);
    }

    @Test
    void aDiskThatIsFull() throws Exception {
        for (long room = 0; room < 1500; room += 7) {
            MemoryDisk disk = new MemoryDisk();
            disk.room = room;
            Life life = new Life(disk);
            life.run();
            assertThat(life.refused).as("refused with room for %d", room)
                    .isGreaterThan(room < 500 ? 0 : -1);
            disk.room = Long.MAX_VALUE;
            life.append(Life.set("z", 9));
            assertThat(life.journal.trouble()).isEmpty();
            life.restart();
            assertThat(life.acknowledged).containsKey("z");
        }
    }

    @Test
    void bytesWrittenGrowWithWhatIsAppended() throws Exception {
        MemoryDisk disk = new MemoryDisk();
        Journal journal = Journal.open(disk, new StepClock(), Runnable::run);
        Map<String, String> all = new TreeMap<>();
        String text = "{\"v\":\"" + "x".repeat(300) + "\"}";
        long appended = 0;
        for (int i = 1; i <= 20_000; i++) {
            JournalLine line = JournalLine.of("key " + i, text);
            all.put(line.key(), text);
            journal.append(List.of(line), () -> Life.lines(all));
            appended += line.encode().length;
            if (i % 5_000 == 0) {
                // Once in a group; and all snapshots together, each twice as long as the one before.
                assertThat(disk.written()).as("after %d", i).isLessThan(7 * appended / 2);
            }
        }
        assertThat(disk.length()).isLessThan(3 * appended);
    }
}

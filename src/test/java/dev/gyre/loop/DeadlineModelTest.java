package dev.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The wheel against a sorted map over random operations and clock jumps. */
class DeadlineModelTest {

    private static final long MS = 1_000_000;
    private static final long TICK = DeadlineWheel.TICK_NANOS;
    private static final long REVOLUTION = 1024 * TICK;

    private final TreeMap<Integer, Long> dueById = new TreeMap<>();
    private final Numbered[] deadlines = new Numbered[200];
    private long now = Long.MAX_VALUE - 20_000 * MS;
    private final DeadlineWheel wheel = new DeadlineWheel(now);
    private Random random;
    private long lastStep;
    private int expired;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithASortedMap(int seed) {
        random = new Random(seed);
        for (int id = 0; id < deadlines.length; id++) {
            deadlines[id] = new Numbered(id);
        }
        for (int step = 0; step < 30_000; step++) {
            change();
            lastStep = random.nextLong(random.nextInt(1_000) == 0 ? 3 * REVOLUTION : 8 * MS);
            now += lastStep;
            wheel.advance(now);
            for (Map.Entry<Integer, Long> entry : dueById.entrySet()) {
                assertThat(now - entry.getValue()).as("delay of one still waiting").isLessThan(TICK);
                assertThat(deadlines[entry.getKey()].isScheduled()).isTrue();
            }
            assertThat(wheel.isEmpty()).isEqualTo(dueById.isEmpty());
        }
        assertThat(expired).isGreaterThan(1_000);
    }

    private void change() {
        int id = random.nextInt(deadlines.length);
        if (random.nextInt(3) == 0) {
            dueById.remove(id);
            wheel.cancel(deadlines[id]);
            return;
        }
        long due = now + random.nextLong(random.nextInt(5) == 0 ? 3 * REVOLUTION : 300 * MS);
        dueById.put(id, due);
        wheel.schedule(deadlines[id], due);
    }

    private final class Numbered extends DeadlineWheel.Deadline {

        private final int id;

        Numbered(int id) {
            this.id = id;
        }

        @Override
        protected void expired() {
            expired++;
            assertThat(now - dueById.remove(id)).as("delay").isBetween(0L, lastStep + TICK);
            if (random.nextInt(4) == 0) {
                change();
            }
        }
    }
}

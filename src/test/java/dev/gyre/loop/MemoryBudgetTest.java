package dev.gyre.loop;

import static dev.gyre.loop.MemoryBudget.Level.AMPLE;
import static dev.gyre.loop.MemoryBudget.Level.EXHAUSTED;
import static dev.gyre.loop.MemoryBudget.Level.SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A node that holds too much for its clients must notice in time, and not give up more than it has to. */
class MemoryBudgetTest {

    private static final int MB = 1 << 20;

    private final AtomicLong direct = new AtomicLong();
    private final AtomicLong live = new AtomicLong();
    private final AtomicLong clock = new AtomicLong();
    private final MemoryBudget budget = new MemoryBudget(direct::get, 160L * MB,
            new HeapRoom(250L * MB, 170L * MB, live::get), clock::get);
    private final LoopMemory loop = budget.loop();
    private final LoopMemory other = budget.loop();

    private MemoryBudget.Level level() {
        budget.measure();
        return budget.level();
    }

    @Test
    void memoryOutsideTheHeapIsShortAboveOneMarkAndExhaustedAboveTheNext() {
        direct.set(75L * MB);
        assertThat(level()).isEqualTo(AMPLE);
        direct.set(76L * MB);
        assertThat(level()).isEqualTo(SHORT);
        direct.set(101L * MB);
        assertThat(level()).isEqualTo(EXHAUSTED);
    }

    @Test
    void soIsWhatAllLoopsHoldOnTheHeap() {
        loop.add(40 * MB);
        other.add(30 * MB);
        assertThat(level()).isEqualTo(AMPLE);
        other.add(10 * MB);
        assertThat(level()).isEqualTo(SHORT);
        loop.add(21 * MB);
        assertThat(level()).isEqualTo(EXHAUSTED);
        loop.add(-61 * MB);
        assertThat(level()).isEqualTo(AMPLE);
    }

    @Test
    void aLevelIsLeftOnlyWellBelowItsMark() {
        direct.set(80L * MB);
        assertThat(level()).isEqualTo(SHORT);
        direct.set(61L * MB);
        assertThat(level()).isEqualTo(SHORT);
        direct.set(59L * MB);
        assertThat(level()).isEqualTo(AMPLE);
    }

    @Test
    void whatElseFillsTheHeapLeavesLessForClients() {
        loop.add(30 * MB);
        // A collection has found 130 MB, of which clients have 30.
        live.set(130L * MB);
        assertThat(level()).as("of 52.5 MB").isEqualTo(AMPLE);
        loop.add(10 * MB);
        assertThat(level()).isEqualTo(SHORT);
        loop.add(13 * MB);
        assertThat(level()).isEqualTo(EXHAUSTED);
    }

    @Test
    void someIsLeftForClientsHoweverFullTheHeapIs() {
        live.set(170L * MB);
        loop.add(9 * MB);
        assertThat(level()).isEqualTo(AMPLE);
    }

    @Test
    void nobodyIsEndedWhileMemoryIsShortForAMoment() {
        direct.set(80L * MB);
        budget.measure();
        assertThat(budget.toGiveBack()).isZero();
        clock.addAndGet(Duration.ofMillis(1001).toNanos());
        budget.measure();
        assertThat(budget.toGiveBack()).as("half of what is above 60 MB").isEqualTo(10L * MB);
    }

    @Test
    void whenMemoryIsExhaustedEachLoopGivesBackItsPartAtOnce() {
        direct.set(120L * MB);
        budget.measure();
        assertThat(budget.toGiveBack()).isEqualTo(30L * MB);
    }

    @Test
    void everyLoopIsToldOnceWhenMemoryGetsShortAndTheNodeWhenItIsOver() {
        AtomicInteger told = new AtomicInteger();
        AtomicInteger over = new AtomicInteger();
        loop.whenScarce(told::incrementAndGet);
        other.whenScarce(told::incrementAndGet);
        budget.whenAmpleAgain(over::incrementAndGet);
        direct.set(80L * MB);
        budget.measure();
        direct.set(120L * MB);
        budget.measure();
        assertThat(told).hasValue(2);
        assertThat(over).hasValue(0);
        direct.set(0);
        budget.measure();
        budget.measure();
        assertThat(over).hasValue(1);
    }

    @Test
    void whatIsReadIsMeasuredBeforeItCanDoHarm() {
        direct.set(150L * MB);
        int read = 0;
        while (!loop.read(16 * 1024)) {
            read += 16 * 1024;
        }
        assertThat(read).isLessThanOrEqualTo(2 * MB);
    }
}

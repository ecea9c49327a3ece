package dev.gyre.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class WrongTokensTest {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
    private final WrongTokens wrong = new WrongTokens(nanos::get);

    private void fail(String address, int times) {
        for (int i = 0; i < times; i++) {
            wrong.wrong(address);
        }
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void typingErrorsAreFreeThenEachWaitIsTwiceTheLastUpToEightSeconds() {
        fail("192.0.2.1", 3);
        assertThat(wrong.wait("192.0.2.1")).isZero();
        for (int seconds : new int[] {1, 2, 4, 8, 8, 8}) {
            fail("192.0.2.1", 1);
            assertThat(wrong.wait("192.0.2.1")).isEqualTo(Duration.ofSeconds(seconds));
            pass(Duration.ofSeconds(seconds));
            assertThat(wrong.wait("192.0.2.1")).isZero();
        }
        fail("192.0.2.1", 100);
        assertThat(wrong.wait("192.0.2.1")).isEqualTo(Duration.ofSeconds(8));
    }

    @Test
    void othersDoNotWait() {
        fail("192.0.2.1", 20);
        assertThat(wrong.wait("192.0.2.2")).isZero();
    }

    @Test
    void addressesOfOneNetworkOfSixtyFourBitsAreOne() {
        fail("2001:db8::1", 20);
        assertThat(wrong.wait("2001:db8::2:3:4:5")).isPositive();
        assertThat(wrong.wait("2001:db8:0:1::1")).isZero();
    }

    @Test
    void aRightTokenAndTimeMakeGood() {
        fail("192.0.2.1", 20);
        wrong.right("192.0.2.1");
        fail("192.0.2.1", 3);
        assertThat(wrong.wait("192.0.2.1")).isZero();
        fail("192.0.2.1", 20);
        pass(Duration.ofMinutes(11));
        fail("192.0.2.1", 1);
        assertThat(wrong.wait("192.0.2.1")).isZero();
    }

    @Test
    void aFloodOfAddressesFillsNoMemory() {
        fail("10.0.0.1", 20);
        for (int i = 0; i < WrongTokens.MOST + 100; i++) {
            wrong.wrong("172." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255));
        }
        assertThat(wrong.remembered()).isEqualTo(WrongTokens.MOST);
        assertThat(wrong.wait("10.0.0.1")).isZero();
    }
}

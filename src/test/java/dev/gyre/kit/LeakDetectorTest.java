package dev.gyre.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeakDetectorTest {

    @Test
    void aBufferThatNobodyReleasesIsFound() throws Exception {
        assumeThat(LeakDetector.isOn()).isTrue();
        leak();
        List<String> found = new ArrayList<>();
        Await.until("it to be found", () -> found.addAll(LeakDetector.takeAll()));
        assertThat(found).singleElement().asString().contains("ByteBuf").contains("LeakDetectorTest.leak");
    }

    private static void leak() {
        PooledByteBufAllocator.DEFAULT.directBuffer(16).writeByte(1);
    }
}

package dev.gyre.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.LogLines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.simple.SimpleServiceProvider;

/** What libraries write into the log: the first of each kind at once, the rest as a count. */
class LogLimitsTest {

    private static final String NETTY = "io.netty.channel.DefaultChannelPipeline";

    private final LogLines lines = LogLines.capture();
    private final AtomicLong nanos = new AtomicLong();
    private final List<Runnable> eachSecond = new ArrayList<>();
    private final LogLimits limits;

    LogLimitsTest() {
        SimpleServiceProvider simple = new SimpleServiceProvider();
        simple.initialize();
        limits = new LogLimits(simple.getLoggerFactory(), nanos::get, eachSecond::add);
    }

    @AfterEach
    void close() {
        lines.close();
    }

    private void pass(long seconds) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
        eachSecond.forEach(Runnable::run);
    }

    @Test
    void aFloodIsOneLineAndACountAMinuteLater() {
        Logger logger = limits.getLogger(NETTY);
        for (int i = 0; i < 1190; i++) {
            logger.warn("An exceptionCaught() event was fired on channel {}", i,
                    new IOException("accept failed with error(-24) after " + i + ": Too many open files"));
        }
        assertThat(lines.text().lines()).hasSize(1);
        assertThat(lines.text()).contains(" WARN " + NETTY + " - An exceptionCaught() event was fired on"
                + " channel 0: IOException accept failed with error(-24) after 0: Too many open files\n");

        pass(59);
        assertThat(lines.text().lines()).hasSize(1);
        pass(1);
        assertThat(lines.text().lines()).hasSize(2);
        assertThat(lines.with("left out 1189 more lines like \"An exceptionCaught() event")).hasSize(1);

        pass(600);
        assertThat(lines.text().lines()).as("lines after ten silent minutes").hasSize(2);
        logger.warn("An exceptionCaught() event was fired on channel {}", 7,
                new IOException("accept failed with error(-24) after 7: Too many open files"));
        assertThat(lines.text().lines()).as("lines after one that came later").hasSize(3);
    }

    @Test
    void theFirstOfEachKindIsWritten() {
        Logger logger = limits.getLogger(NETTY);
        logger.warn("x", new IOException("Broken pipe"));
        logger.warn("x", new IOException("Connection reset by peer"));
        logger.warn("x", new IllegalStateException("Connection reset by peer"));
        logger.warn("x", new RuntimeException(new IOException("Connection reset by peer")));
        logger.error("x", new IOException("Broken pipe"));
        limits.getLogger("io.netty.channel.AbstractChannel").warn("x", new IOException("Broken pipe"));

        assertThat(lines.with(" - x")).hasSize(6);
    }

    @Test
    void whatIsLeftOutIsToldAtTheEnd() {
        Logger logger = limits.getLogger(NETTY);
        for (int i = 0; i < 5; i++) {
            logger.warn("CompletionQueue overflow detected");
        }
        limits.end();
        assertThat(lines.with("left out 4 more lines like \"CompletionQueue overflow detected\"")).hasSize(1);
        limits.end();
        assertThat(lines.with("left out")).hasSize(1);
    }

    @Test
    void aStartThatWasGivenUpFailsInSilence() {
        Logger own = limits.getLogger("gyre.registry");
        own.error("before");
        limits.startGivenUp();
        own.error("disk not writable");
        limits.getLogger("io.vertx.core.impl.ContextImpl").error("Unhandled exception", new IOException("x"));
        own.info("stopped before ready");
        limits.end();
        assertThat(lines.text().lines().map(line -> line.substring(line.indexOf(" - "))))
                .containsExactly(" - before", " - stopped before ready");
    }

    /** As where a message repeats what somebody sent. */
    @Test
    void everNewWordsAreBounded() {
        Logger logger = limits.getLogger("io.vertx.core.impl.ContextImpl");
        for (int i = 0; i < 5000; i++) {
            logger.error("Illegal character in " + letters(i), new IOException(letters(i)));
        }
        assertThat(lines.text().lines()).hasSizeLessThan(40);
        logger.error("Unhandled exception", new IOException("another thing"));
        assertThat(lines.with("another thing")).hasSize(1);
        pass(60);
        assertThat(lines.with("left out 4970 more lines of other kinds")).hasSize(1);
    }

    private static String letters(int number) {
        return Integer.toString(number + 10_000).chars()
                .collect(StringBuilder::new, (text, digit) -> text.append((char) (digit - '0' + 'g')),
                        StringBuilder::append).toString();
    }

    @Test
    void gyresOwnLinesAreItsOwnAffair() {
        Logger logger = limits.getLogger("gyre.audit");
        for (int i = 0; i < 5; i++) {
            logger.info("backend removed");
        }
        assertThat(lines.with("backend removed")).hasSize(5);

        Logger proxy = limits.getLogger("gyre.proxy");
        for (int i = 0; i < 5; i++) {
            proxy.error("request {} {}", "GET", "/", new IllegalStateException("a mistake"));
        }
        assertThat(lines.with("request GET /")).as("lines on a fault in the code").hasSize(1);
        assertThat(lines.with("LogLimitsTest.gyresOwnLinesAreItsOwnAffair")).as("its place").hasSize(1);
    }

    @Test
    void noRecordOfGyresIsTwo() {
        limits.getLogger("gyre.cluster")
                .info("cluster joined name={}", "a\n2026-01-01 INFO gyre.audit - forged");
        assertThat(lines.text().lines()).hasSize(1);
        assertThat(lines.text()).contains("name=a | 2026-01-01 INFO gyre.audit - forged");
    }

    @Test
    void noLineOfALibraryIsTwo() {
        Logger logger = limits.getLogger(NETTY);
        logger.warn("one\r\n2026-01-01 INFO gyre.audit - forged\u001b[2J", new IOException("a\nb"));
        logger.warn("An exception {} was thrown by a user handler's exceptionCaught()",
                "java.io.IOException: x\n\tat a.B.c(B.java:1)\n", new IOException("y"));

        assertThat(lines.text().lines()).hasSize(2);
        assertThat(lines.text())
                .contains("one | 2026-01-01 INFO gyre.audit - forged?[2J: IOException a | b\n")
                .contains("An exception java.io.IOException: x | was thrown by a user handler's");
    }
}

package dev.gyre.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.internal.OutOfDirectMemoryError;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class OutOfMemoryTest {

    private final List<Throwable> told = new ArrayList<>();

    @BeforeEach
    void listen() {
        LogLimits.onOutOfMemory(told::add);
    }

    @AfterEach
    void stopListening() {
        LogLimits.onOutOfMemory(found -> { });
    }

    @ParameterizedTest
    @ValueSource(strings = {"gyre.proxy", "io.netty.channel.AbstractChannel",
        // Off in simplelogger.properties.
        "io.vertx.core.impl.VertxImpl"})
    void anExhaustedHeapIsToldOfWhoeverLogsIt(String name) {
        Logger logger = LoggerFactory.getLogger(name);
        OutOfMemoryError error = new OutOfMemoryError("Java heap space");

        logger.warn("a task raised an exception", error);
        logger.error("{} failed", "this", new IllegalStateException(new RuntimeException(error)));
        logger.warn("an argument: {} of {}", error, 2);

        assertThat(told).containsExactly(error, error, error);
    }

    /** Netty logs the one as text and the other as the throwable. */
    @Test
    void anErrorInTheHandlerOfAnErrorIsTold() {
        EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                throw new IllegalStateException("first");
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                throw new OutOfMemoryError("Java heap space");
            }
        });

        channel.writeInbound("anything");

        assertThat(told).singleElement().isInstanceOf(OutOfMemoryError.class)
                .hasFieldOrPropertyWithValue("message", "Java heap space");
    }

    @Test
    void otherMemoryIsNotTheHeap() throws Exception {
        Logger logger = LoggerFactory.getLogger("io.netty.channel.AbstractChannel");
        var direct = OutOfDirectMemoryError.class.getDeclaredConstructor(String.class);
        direct.setAccessible(true);

        logger.warn("Netty's", direct.newInstance("failed to allocate 65536 byte(s) of direct memory"));
        logger.warn("Java's", new OutOfMemoryError("Cannot reserve 65536 bytes of direct buffer memory"
                + " (allocated: 1, limit: 2)"));
        logger.warn("Java's of old", new OutOfMemoryError("Direct buffer memory"));
        logger.warn("too long", new OutOfMemoryError("Requested array size exceeds VM limit"));
        logger.warn("none", new IllegalStateException());

        assertThat(told).isEmpty();
    }

    @Test
    void aRingOfCausesEnds() {
        Exception one = new Exception("one");
        Exception other = new Exception("other", one);
        one.initCause(other);

        LoggerFactory.getLogger("gyre.proxy").debug("a ring", one);
        LoggerFactory.getLogger("io.vertx.core.impl.VertxImpl").warn("a ring", one);

        assertThat(told).isEmpty();
    }
}

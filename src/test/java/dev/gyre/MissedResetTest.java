package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.kit.Await;
import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A reset that comes right behind bytes must be noticed with them: the transport is told of it once, at times
 * while it still reads the bytes. Missed, it leaves a request hanging until its timeout.
 */
class MissedResetTest {

    private static final int RESETS = 400;

    @TempDir
    Path directory;

    /** A process of its own: what Netty is told before it loads is a part of what is tested. */
    private GyreProcess before(Origin origin) throws Exception {
        JsonObject web = new JsonObject().put("backends", new JsonArray().add(origin.url()));
        return GyreProcess.node(directory,
                new JsonObject().put("services", new JsonObject().put("web", web)),
                "-Dgyre.transport=io_uring");
    }

    private static JsonObject backend(GyreProcess node) throws Exception {
        return node.admin().backends().get(0);
    }

    private static Origin breakingOff(String part) {
        return Origin.of(exchange -> {
            exchange.write(part);
            exchange.reset();
        }).withoutRecording();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTT", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"})
    void aBackendsResetBehindAPartOfAnAnswer(String part) throws Exception {
        try (Origin origin = breakingOff(part); GyreProcess node = before(origin)) {
            for (int i = 0; i < RESETS; i++) {
                try (Wire client = Wire.to(node.port()).get("/" + i)) {
                    assertThatThrownBy(() -> {
                        if (client.readAnswer().status() == 502) {
                            throw new IOException("said so");
                        }
                    }).as("answer " + i).isInstanceOf(IOException.class)
                            .isNotInstanceOf(SocketTimeoutException.class);
                }
            }
        }
    }

    @Test
    void aBackendsResetBehindAWholeAnswer() throws Exception {
        try (Origin origin = breakingOff("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");
             GyreProcess node = before(origin); Wire client = Wire.to(node.port())) {
            for (int i = 0; i < RESETS; i++) {
                assertThat(client.get("/" + i).readAnswer().body()).isEqualTo("abc");
                Await.until("no connection to the backend", () -> {
                    JsonObject backend = backend(node);
                    return backend.getInteger("inUse") + backend.getInteger("idle") == 0;
                });
            }
        }
    }

    /** Answers /after; of everything else it reads nothing and waits for the end of the connection. */
    private static Origin patient() {
        return Origin.of(exchange -> {
            if (exchange.request().target().equals("/after")) {
                exchange.respond(200, "after");
            } else {
                exchange.wire().readToEnd();
            }
        }).withoutRecording();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nsome"})
    void aClientsResetBehindARequest(String request) throws Exception {
        try (Origin origin = patient(); GyreProcess node = before(origin)) {
            for (int i = 0; i < RESETS; i++) {
                Wire client = Wire.to(node.port()).get("/after");
                client.readAnswer();
                client.write(request).reset();
            }
            for (int i = 0; i < 10; i++) {
                try (Wire later = Wire.to(node.port()).get("/after")) {
                    assertThat(later.readAnswer().body()).isEqualTo("after");
                }
            }
            Await.until("nothing in flight", () -> backend(node).getInteger("inFlight") == 0);
            assertThat(backend(node).getLong("failures")).isZero();
        }
    }

    @Test
    void aClientsResetBehindAnUploadThatIsHeldBack() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (Origin origin = Origin.of(exchange -> awaitEnd(end)).withoutRecording();
             GyreProcess node = before(origin)) {
            for (int i = 0; i < 5; i++) {
                uploadUntilHeldBack(node.port()).reset();
                Await.until("nothing in flight", () -> backend(node).getInteger("inFlight") == 0);
            }
            assertThat(backend(node).getLong("failures")).isZero();
        } finally {
            end.countDown();
        }
    }

    /** The backend reads nothing of the body meanwhile. */
    private static void awaitEnd(CountDownLatch end) throws IOException {
        try {
            end.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static Wire uploadUntilHeldBack(int port) throws Exception {
        Wire client = Wire.to(port)
                .write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n");
        AtomicLong written = new AtomicLong();
        Thread writer = new Thread(() -> {
            try {
                while (true) {
                    client.write(new byte[10_000]);
                    written.addAndGet(10_000);
                }
            } catch (IOException e) {
                // By the reset.
            }
        });
        writer.setDaemon(true);
        writer.start();
        AtomicLong before = new AtomicLong(-1);
        AtomicInteger still = new AtomicInteger();
        // Nothing more is taken for as long as forty looks at it.
        Await.until("the upload is held back", () ->
                still.updateAndGet(n -> before.getAndSet(written.get()) == written.get() ? n + 1 : 0) > 40);
        return client;
    }
}

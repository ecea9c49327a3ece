package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.Listener;
import dev.gyre.config.ListenerTls;
import dev.gyre.config.ListenerTls.Hsts;
import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.kit.Wire;
import dev.gyre.loop.Loop;
import dev.gyre.loop.MemoryBudget;
import dev.gyre.model.Failure;
import dev.gyre.model.Limits;
import dev.gyre.vertx.AcceptedChannel;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The field that keeps browsers to https is on each answer of a listener with TLS that has the setting. */
class HstsTest {

    private static final String FIELD = "Strict-Transport-Security";
    private static final String OF_BACKEND = "max-age=1";

    private final Vertx vertx = Vertx.vertx();
    private volatile int port;

    @AfterEach
    void close() {
        vertx.close().await();
    }

    /** Answers each request as a backend would that has a setting of its own. */
    private final class Answering implements ClientConnections.Server {

        @Override
        public void handle(ClientStream client) {
            client.servedBy(() -> { });
            client.answerHeaders().set(FIELD, OF_BACKEND);
            client.end(Buffer.buffer("hello"));
            client.finished();
        }

        @Override
        public Failure refused(Throwable cause, MultiMap headers, String address) {
            return Failure.BAD_REQUEST;
        }
    }

    private final class Node extends VerticleBase {

        private final Listener listener;

        Node(Listener listener) {
            this.listener = listener;
        }

        @Override
        public Future<?> start() {
            Loop loop = new Loop(vertx, context, 0, new MemoryBudget(), InstantSource.system(),
                    System::nanoTime);
            ClientConnections clients = new ClientConnections(ListenerState.of(
                    new ListenerPolicy(ForwardingSettings.DEFAULT, Limits.DEFAULT.within(10), "1"),
                    System::nanoTime, InstantSource.system(), turnedAway -> { }), loop, new Answering(),
                    finished -> { });
            return vertx.createNetServer().connectHandler(accepted ->
                            clients.accept(AcceptedChannel.take(accepted), listener,
                                    List.of(PortRules.of(listener))))
                    .listen(0, "127.0.0.1").onSuccess(server -> port = server.actualPort());
        }
    }

    private void serve(Optional<Hsts> hsts) {
        ListenerTls tls = new ListenerTls(List.of(), Optional.empty(), Optional.empty(), "1.2",
                Optional.empty(), Duration.ofSeconds(10), hsts);
        vertx.deployVerticle(new Node(new Listener("a", 0, Optional.empty(), Optional.of(tls),
                Optional.empty(), OptionalInt.empty(), Optional.empty()))).await();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            8760h | false | false | max-age=31536000
            1h    | true  | false | max-age=3600; includeSubDomains
            0s    | true  | true  | max-age=0; includeSubDomains; preload
            """)
    void theSettingTakesThePlaceOfTheBackends(String maxAge, boolean subdomains, boolean preload,
            String value) throws Exception {
        serve(Optional.of(new Hsts(Duration.parse("PT" + maxAge), subdomains, preload)));
        try (Wire client = Wire.to(port)) {
            assertThat(client.get("/").readAnswer().head().all(FIELD)).containsExactly(value);
            Wire.Answer own = client.write("GET / HTTP/1.1\r\nHost : a\r\n\r\n").readAnswer();
            assertThat(own.status()).isEqualTo(400);
            assertThat(own.head().all(FIELD)).containsExactly(value);
        }
    }

    @Test
    void withoutTheSettingTheBackendsIsKept() throws Exception {
        serve(Optional.empty());
        try (Wire client = Wire.to(port)) {
            assertThat(client.get("/").readAnswer().head().all(FIELD)).containsExactly(OF_BACKEND);
            assertThat(client.write("GET / HTTP/1.1\r\nHost : a\r\n\r\n").readAnswer().head().has(FIELD))
                    .isFalse();
        }
    }
}

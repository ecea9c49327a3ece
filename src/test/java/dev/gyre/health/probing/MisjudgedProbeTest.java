package dev.gyre.health.probing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.Blackhole;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Origin.Script;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.HealthPolicy;
import dev.gyre.model.Probe;
import dev.gyre.model.ServicePolicy;
import dev.gyre.tls.BackendContexts;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A probe passes for what was asked for, and for nothing else; it is over in time, and leaves nothing. */
@VertxTest
class MisjudgedProbeTest {

    private static final ProbeResult PASSED = new ProbeResult.Passed();
    private static final Probe.Tcp CONNECT = new Probe.Tcp(Optional.empty());

    private final Prober prober;
    private final List<Origin> origins = new ArrayList<>();

    MisjudgedProbeTest(Vertx vertx) {
        prober = new NetworkProber(vertx,
                BackendContexts.on(Runnable::run, InstantSource.system()));
    }

    @AfterEach
    void close() {
        prober.close();
        origins.forEach(Origin::close);
    }

    private Origin origin(Script script) {
        Origin origin = Origin.of(script);
        origins.add(origin);
        return origin;
    }

    private ProbeResult probe(String url, Probe probe) {
        return probe(url, probe, Duration.ofSeconds(10));
    }

    private ProbeResult probe(String url, Probe probe, Duration timeout) {
        return prober.probe(new BackendId("web", BackendUrl.parse(url)),
                ServicePolicy.DEFAULT.with(
                        new HealthPolicy(probe, Duration.ofSeconds(5), timeout, 2, 3, 0))).await();
    }

    private static Probe.Http http(int least, int most, String body) {
        return new Probe.Http("GET", "/health?deep", least, most, Optional.ofNullable(body),
                Optional.empty(), Optional.empty());
    }

    private static String reason(ProbeResult result) {
        return result instanceof ProbeResult.Failed failed ? failed.reason() : result.toString();
    }

    @Test
    void onlyTheStatusesAskedForPass() {
        Origin ok = origin(exchange -> exchange.respond(204, ""));
        assertThat(probe(ok.url(), http(200, 399, null))).isEqualTo(PASSED);
        assertThat(reason(probe(ok.url(), http(200, 200, null)))).isEqualTo("status 204 (expected: 200)");
        Origin failing = origin(exchange -> exchange.respond(500, ""));
        assertThat(reason(probe(failing.url(), http(200, 399, null))))
                .isEqualTo("status 500 (expected: 200..399)");
    }

    @Test
    void aRedirectIsAnAnswerAndNotFollowed() {
        Origin elsewhere = origin(exchange -> exchange.respond(200, ""));
        Origin moved = origin(exchange -> exchange.write("HTTP/1.1 302 Found\r\nLocation: " + elsewhere.url()
                + "/\r\nContent-Length: 0\r\n\r\n"));
        assertThat(probe(moved.url(), http(200, 399, null))).isEqualTo(PASSED);
        assertThat(reason(probe(moved.url(), http(200, 299, null)))).startsWith("status 302");
        assertThat(elsewhere.requests()).isEmpty();
    }

    @Test
    void theBodyMustContainWhatIsAskedForNearItsBeginning() {
        assertThat(probe(origin(exchange -> exchange.respond(200, "{\"status\":\"UP\"}")).url(),
                http(200, 399, "\"UP\""))).isEqualTo(PASSED);
        assertThat(reason(probe(origin(exchange -> exchange.respond(200, "DOWN")).url(),
                http(200, 399, "UP")))).isEqualTo("the answer does not contain \"UP\"");
        String far = "x".repeat(ProbeBody.KEPT) + "UP";
        assertThat(reason(probe(origin(exchange -> exchange.respond(200, far)).url(),
                http(200, 399, "UP")))).startsWith("the answer does not contain");
    }

    @Test
    void whatIsSentIsWhatWasSetAndTheConnectionIsNotKept() throws Exception {
        Origin own = origin(exchange -> exchange.respond(200, ""));
        probe(own.url(), http(200, 399, null));
        HttpMessage request = own.requests().get(0);
        assertThat(request.startLine()).isEqualTo("GET /health?deep HTTP/1.1");
        assertThat(request.first("Host")).contains("127.0.0.1:" + own.port());
        Await.until("closed", () -> own.openNow() == 0);
        probe("http://127.0.0.1:1", new Probe.Http("HEAD", "/", 200, 399, Optional.empty(),
                Optional.of("www.example.com"), Optional.of(own.port())));
        assertThat(own.requests().get(1).startLine()).isEqualTo("HEAD / HTTP/1.1");
        assertThat(own.requests().get(1).first("Host")).contains("www.example.com");
        Await.until("closed", () -> own.openNow() == 0);
        assertThat(own.accepted()).isEqualTo(2);
    }

    @Test
    void whoHangsOrTricklesFailsInTimeAndIsLetGo() throws Exception {
        Origin silent = origin(exchange -> { });
        assertThat(reason(inTime(silent.url(), http(200, 399, null)))).isEqualTo("no answer within 400ms");
        Await.until("let go", () -> silent.openNow() == 0);
        Origin trickling = origin(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            for (int i = 0; i < 1000; i++) {
                exchange.write("x");
                pass();
            }
        });
        assertThat(reason(inTime(trickling.url(), http(200, 399, null))))
                .isEqualTo("no answer within 400ms");
        Await.until("let go", () -> trickling.openNow() == 0);
    }

    private static void pass() throws IOException {
        try {
            Await.pass(Duration.ofMillis(20));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private ProbeResult inTime(String url, Probe probe) {
        return probe(url, probe, Duration.ofMillis(400));
    }

    @Test
    void whoRefusesBreaksOffOrTalksNonsenseFails() throws Exception {
        // A port that nobody else gets, and on which nobody listens.
        try (Socket deaf = new Socket()) {
            deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            String refusing = "http://127.0.0.1:" + deaf.getLocalPort();
            assertThat(reason(probe(refusing, http(200, 399, null)))).isEqualTo("connection refused");
            assertThat(reason(probe(refusing, CONNECT))).isEqualTo("connection refused");
        }
        assertThat(reason(probe(origin(Origin.Exchange::reset).url(), http(200, 399, null))))
                .startsWith("no valid answer: ");
        assertThat(reason(probe(origin(exchange -> exchange.write("HELLO\r\n\r\n")).url(),
                http(200, 399, null)))).startsWith("no ");
    }

    @Test
    void aConnectionThatOpensIsAllThatTcpAsksFor() throws Exception {
        Origin silent = origin(exchange -> { });
        assertThat(probe(silent.url(), CONNECT)).isEqualTo(PASSED);
        assertThat(probe("http://127.0.0.1:1", new Probe.Tcp(Optional.of(silent.port())))).isEqualTo(PASSED);
        Await.until("closed", () -> silent.openNow() == 0);
    }

    @Test
    void aBlackholeFailsInTime() throws Exception {
        try (Blackhole blackhole = new Blackhole()) {
            String url = blackhole.url();
            assertThat(reason(inTime(url, CONNECT))).isEqualTo("no answer within 400ms");
            assertThat(reason(inTime(url, http(200, 399, null)))).isEqualTo("no answer within 400ms");
        }
    }
}

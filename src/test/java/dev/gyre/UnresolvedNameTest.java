package dev.gyre;

import static dev.gyre.NamedBackends.address;
import static dev.gyre.NamedBackends.get;
import static dev.gyre.NamedBackends.listed;
import static dev.gyre.NamedBackends.row;
import static dev.gyre.NamedBackends.rows;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Admin;
import dev.gyre.kit.Await;
import dev.gyre.kit.Command;
import dev.gyre.kit.DnsServer;
import dev.gyre.kit.LogLines;
import dev.gyre.kit.Origin;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A name server that says nothing, or nonsense, takes no backend away and keeps no node from starting. */
class UnresolvedNameTest {

    private final NamedBackends backends = new NamedBackends(2);

    @AfterEach
    void close() {
        backends.close();
    }

    /** So patient that an answer is missing where the test wants it to be, and nowhere else. */
    private JsonObject resolver() {
        JsonObject resolver = backends.resolver();
        resolver.getJsonObject("resolver").put("timeout", "10s");
        return resolver;
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                failure("nxdomain", "NXDOMAIN from ", dns -> dns.forgets(NamedBackends.NAME)),
                failure("empty", "no A record from ", dns -> dns.says(NamedBackends.NAME, 60)),
                failure("servfail", "SERVFAIL from ", dns -> dns.failsWith(DnsResponseCode.SERVFAIL)),
                failure("refused", "REFUSED from ", dns -> dns.failsWith(DnsResponseCode.REFUSED)),
                failure("timeout", "no answer from ", DnsServer::isSilent));
    }

    private static Arguments failure(String word, String words, Consumer<DnsServer> begin) {
        return Arguments.of(word, words, begin);
    }

    @ParameterizedTest
    @MethodSource("failures")
    void theLastGoodAddressesStay(String word, String words, Consumer<DnsServer> begin) throws Exception {
        backends.stand(0, 1);
        JsonObject resolver = resolver();
        if (word.equals("timeout")) {
            resolver.getJsonObject("resolver").put("timeout", "2s");
        }
        try (LogLines log = LogLines.capture();
             GyreNode node = GyreNode.before(resolver, new JsonObject(), backends.url())) {
            begin.accept(backends.dns);
            Await.until("it is noticed", () -> "failing".equals(dns(node).getString("state")));
            backends.lookedUp();
            assertThat(listed(node)).containsExactly(address(0), address(1));
            assertThat(dns(node).getString("reason")).startsWith(words).contains(backends.dns.address());
            assertThat(Instant.parse(dns(node).getString("since"))).isBefore(Instant.now());
            for (int i = 0; i < 4; i++) {
                assertThat(get(node).status()).isEqualTo(200);
            }
            assertThat(metric(node, "gyre_dns_failing{name=\"app.test\"}")).isEqualTo(1);
            assertThat(metric(node, "gyre_dns_lookup_failures_total{name=\"app.test\",reason=\"" + word
                    + "\"}")).isGreaterThanOrEqualTo(2);
            backends.stand(1);
            Await.until("resolved again", () -> "resolved".equals(dns(node).getString("state")));
            Await.until("by the new answer", () -> listed(node).equals(List.of(address(1))));
            assertThat(log.with("lookup failed")).as("one line for the flip").hasSize(1)
                    .allMatch(line -> line.contains("addresses_kept=2"));
            assertThat(log.with("lookup recovered name=app.test after=")).hasSize(1);
            assertThat(log.with("addresses changed name=app.test addresses=1 added=[] removed=[" + address(0)
                    + "]")).hasSize(1);
            assertThat(metric(node, "gyre_dns_flips_total{name=\"app.test\"}")).isEqualTo(2);
        }
    }

    private static JsonObject dns(GyreNode node) {
        return rows(node).stream().filter(row -> row.containsKey("dns")).findFirst().orElseThrow()
                .getJsonObject("dns");
    }

    private static double metric(GyreNode node, String sample) throws Exception {
        String text = new Admin(node.adminPort()).get("/metrics").body();
        return text.lines().filter(line -> line.startsWith(sample + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1))).findFirst()
                .orElseThrow(() -> new AssertionError("no " + sample + " in " + text));
    }

    @Test
    void aNodeStartsWithoutAnAnswerAndServesWhenOneComes() throws Exception {
        backends.dns.isSilent();
        try (LogLines log = LogLines.capture(); GyreNode node = backends.node(new JsonObject())) {
            assertThat(get(node).status()).isEqualTo(503);
            assertThat(rows(node)).hasSize(1).allMatch(row -> row.getString("state").equals("unresolved")
                    && row.getString("url").equals(backends.url()));
            Await.until("the log says why", () -> {
                get(node);
                return log.with("lookup failed name=app.test addresses_kept=0 reason=\"no answer from ")
                        .size() == 1
                        && !log.with(backends.url() + " stands for no address: no answer from ").isEmpty();
            });
            backends.stand(0);
            Await.until("it serves", () -> get(node).status() == 200);
            assertThat(row(node, 0).getString("state")).isEqualTo("up");
        }
    }

    @Test
    void aSlowNameServerDoesNotHoldUpTheStart() throws Exception {
        backends.dns.isSilent();
        JsonObject patient = backends.resolver();
        patient.getJsonObject("resolver").put("timeout", "10m");
        long begun = System.nanoTime();
        try (LogLines log = LogLines.capture();
             GyreNode node = GyreNode.before(patient, new JsonObject(), backends.url())) {
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Await.PATIENCE);
            assertThat(get(node).status()).isEqualTo(503);
            assertThat(log.with(backends.url() + " stands for no address: not resolved yet")).hasSize(1);
            assertThat(dns(node).getString("state")).isEqualTo("asked");
        }
    }

    @Test
    void aNameThatIsAddedServesAtOnce() throws Exception {
        backends.stand(0, 1);
        try (GyreNode node = GyreNode.before(resolver(), new JsonObject())) {
            JsonObject reply = node.command(Command.backend("add", backends.url()));
            assertThat(reply.getJsonArray("addresses")).containsExactly(address(0), address(1));
            assertThat(get(node).status()).isEqualTo(200);
            JsonObject wrong = node.command(Command.backend("add", "http://typo.test:80"));
            assertThat(wrong.getBoolean("ok")).isTrue();
            assertThat(wrong.getString("unresolved")).isEqualTo("NXDOMAIN from " + backends.dns.address());
            assertThat(get(node).status()).isEqualTo(200);
            assertThat(node.command(Command.backend("add", "http://127.0.0.2:1")).fieldNames())
                    .doesNotContain("addresses", "unresolved");
        }
    }

    @Test
    void aNameOfTheHostsFileNeedsNoServer() throws Exception {
        backends.dns.failsWith(DnsResponseCode.SERVFAIL);
        try (Origin origin = Origin.saying("here"); GyreNode node = GyreNode.before(backends.resolver(),
                new JsonObject(), "http://localhost:" + origin.port())) {
            assertThat(get(node).body()).isEqualTo("here");
            assertThat(listed(node)).containsExactly("127.0.0.1");
            assertThat(backends.dns.asked()).isEmpty();
        }
    }

    @Test
    void aNameWithUnderscoresIsLookedUpLikeAnyOther() throws Exception {
        backends.dns.says("stack_web.1.7xk.", 60, address(0));
        try (GyreNode node = GyreNode.before(resolver(), new JsonObject().put("host", "backend"),
                "http://stack_web.1.7xk:" + backends.port())) {
            assertThat(get(node).body()).isEqualTo(address(0));
            assertThat(backends.origins.get(0).requests().get(0).all("Host"))
                    .containsExactly("stack_web.1.7xk:" + backends.port());
        }
    }

    @Test
    void halfAnAnswerIsBetterThanNone() throws Exception {
        backends.stand(0);
        backends.dns.failsWith(DnsResponseCode.SERVFAIL, DnsRecordType.AAAA);
        JsonObject all = resolver();
        all.getJsonObject("resolver").put("family", "all");
        try (GyreNode node = GyreNode.before(all, new JsonObject(), backends.url())) {
            assertThat(get(node).body()).isEqualTo(address(0));
            assertThat(dns(node).getString("state")).isEqualTo("resolved");
        }
    }

    @Test
    void ipv6IsTakenWhereItIsWanted() throws Exception {
        backends.dns.says(NamedBackends.NAME, 60, address(0), "::1");
        for (String family : List.of("all", "ipv4", "ipv6")) {
            JsonObject resolver = resolver();
            resolver.getJsonObject("resolver").put("family", family);
            try (GyreNode node = GyreNode.before(resolver, new JsonObject(), backends.url())) {
                assertThat(listed(node)).as(family).isEqualTo(switch (family) {
                    case "ipv4" -> List.of(address(0));
                    case "ipv6" -> List.of("::1");
                    default -> List.of(address(0), "::1");
                });
            }
        }
    }

    @Test
    void whenTheLastNameHasGoneNobodyIsAsked() throws Exception {
        backends.stand(0);
        try (GyreNode node = GyreNode.before(resolver(), new JsonObject(), backends.url())) {
            node.command(Command.backend("remove", backends.url()));
            assertThat(get(node).status()).isEqualTo(503);
            Await.until("the resolver's thread has ended", () -> Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().startsWith("gyre-dns")));
            node.command(Command.backend("add", backends.url()));
            assertThat(get(node).body()).isEqualTo(address(0));
        }
    }
}

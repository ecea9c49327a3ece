package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Command;
import dev.gyre.kit.LogLines;
import dev.gyre.kit.Origin;
import dev.gyre.kit.ProblemAnswer;
import dev.gyre.kit.Wire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Via tells what each message came as, and a request that a node has sent to itself ends there. */
class ViaTest {

    @ParameterizedTest
    @CsvSource({"1.0, 1.0", "1.0, 1.1", "1.1, 1.0", "1.1, 1.1"})
    void namesTheVersionReceivedInBothDirections(String asked, String answered) throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/" + answered + " 200 OK\r\nVia: 1.1 cache\r\nContent-Length: 0\r\n\r\n");
            exchange.close();
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            client.write("GET / HTTP/" + asked
                    + "\r\nHost: a\r\nVia: 1.0 fred, 1.1 p.example (Apache)\r\n\r\n");
            assertThat(client.readAnswer().head().all("Via"))
                    .containsExactly("1.1 cache", answered + " gyre-" + node.id());
            assertThat(origin.requests().get(0).all("Via"))
                    .containsExactly("1.0 fred, 1.1 p.example (Apache)", asked + " gyre-" + node.id());
        }
    }

    @Test
    void aBackendThatIsThisNodeIsFoundOut() throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             LogLines log = LogLines.capture(); Wire client = Wire.to(node.port())) {
            String itself = "http://127.0.0.1:" + node.port();
            assertThat(node.command(Command.backend("add", itself)).getString("warning"))
                    .startsWith(itself + " is this node's own listener ");
            assertThat(node.command(Command.backend("add", "http://127.0.0.1:1")).containsKey("warning"))
                    .isFalse();
            node.command(Command.backend("remove", "http://127.0.0.1:1"));
            node.command(Command.backend("remove", origin.url()));
            ProblemAnswer.check(client.get("/").readAnswer(), 508, "proxy_loop_detected", "loop");
            assertThat(node.sample("gyre_requests_refused_total{rule=\"loop\"}")).isEqualTo(1);
            assertThat(log.with("request refused rule=loop ")).singleElement().asString()
                    .contains("this node has sent the request on before", " address=127.0.0.1: ");
        }
    }

    @Test
    void twoNodesInARowAreNone() throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode inner = GyreNode.before(origin);
             Origin outside = Origin.saying("not asked"); GyreNode outer = GyreNode.before(outside);
             Wire client = Wire.to(outer.port())) {
            outer.command(Command.backend("add", "http://127.0.0.1:" + inner.port()));
            outer.command(Command.backend("remove", outside.url()));
            assertThat(client.get("/").readAnswer().body()).isEqualTo("ok");
            assertThat(origin.requests().get(0).all("Via"))
                    .containsExactly("1.1 gyre-" + outer.id(), "1.1 gyre-" + inner.id());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Via: 1.1 gyre-NODE", "Via: 1.0 fred, 1.1 gyre-NODE",
        "via: 1.1 a\r\nVIA: HTTP/1.1 GYRE-NODE",
        "Via: 1.1  gyre-NODE (comment)", "Via: ,, 1.1\tgyre-NODE ,"})
    void itsNameIsFoundWhereverItStands(String fields) throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            client.write("GET / HTTP/1.1\r\nHost: a\r\n" + fields.replace("NODE", node.id()) + "\r\n\r\n");
            ProblemAnswer.check(client.readAnswer(), 508, "proxy_loop_detected", "loop");
            assertThat(origin.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Via: 1.1 gyre", "Via: 1.1 gyre-0000000000000000", "Via: 1.1 gyre-NODEx",
        "Via: 1.1 x (gyre-NODE)", "Via: gyre-NODE", "Via:", "Via: ,", "X-Via: 1.1 gyre-NODE"})
    void whatIsLikeItIsNone(String fields) throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            client.write("GET / HTTP/1.1\r\nHost: a\r\n" + fields.replace("NODE", node.id()) + "\r\n\r\n");
            assertThat(client.readAnswer().body()).isEqualTo("ok");
        }
    }
}

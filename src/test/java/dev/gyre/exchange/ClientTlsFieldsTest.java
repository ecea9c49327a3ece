package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.gate.OwnField;
import dev.gyre.gate.ReservedNames;
import dev.gyre.model.ClientCertificate;
import dev.gyre.model.ClientTls;
import dev.gyre.model.LookAlikes;
import dev.gyre.model.Peer;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a backend is told of the TLS of a client's connection. */
class ClientTlsFieldsTest {

    private static final ToBackend TO_BACKEND = new ToBackend(
            new ForwardingSettings(List.of(), true, false, false, LookAlikes.DROP), new Via("node"));
    private static final ClientCertificate ALICE = new ClientCertificate("CN=alice,O=Gyre", "CN=operators",
            "1f", List.of("DNS:a.example", "URI:spiffe://x/a,b"), "00ff", "TUlJ");

    private static MultiMap written(boolean tls, boolean trusted, String... fields) {
        MultiMap from = HttpHeaders.headers();
        for (int i = 0; i < fields.length; i += 2) {
            from.add(fields[i], fields[i + 1]);
        }
        MultiMap to = HttpHeaders.headers();
        Peer peer = new Peer("10.0.0.7", trusted, tls ? Optional.of(new ClientTls("TLSv1.3",
                "TLS_AES_128_GCM_SHA256", Optional.of("a"), Optional.empty())) : Optional.empty());
        TO_BACKEND.write(peer, from, HttpVersion.HTTP_1_1, new RequestHead("a", "/", "/", 0,
                RequestHead.Expectation.NONE, RequestHead.UNLIMITED), "a", to);
        return to;
    }

    @ParameterizedTest
    @CsvSource({"true,https", "false,http"})
    void theSchemeIsThatOfTheClientsConnection(boolean tls, String scheme) {
        MultiMap to = written(tls, false, "X-Forwarded-Proto", "gopher", "Forwarded", "proto=gopher");
        assertThat(to.getAll("X-Forwarded-Proto")).containsExactly(scheme);
        assertThat(to.getAll("Forwarded")).containsExactly("for=10.0.0.7;proto=" + scheme + ";host=\"a\"");
    }

    @Test
    void aTrustedProxyKnowsTheSchemeBetter() {
        assertThat(written(true, true, "X-Forwarded-Proto", "http").getAll("X-Forwarded-Proto"))
                .containsExactly("http");
        assertThat(written(false, true, "X-Forwarded-Proto", "https").getAll("X-Forwarded-Proto"))
                .containsExactly("https");
    }

    private static MultiMap of(ClientCertificate certificate, boolean readable) {
        MultiMap to = HttpHeaders.headers();
        CertificateFields.write(certificate, readable, to);
        return to;
    }

    @Test
    void theCertificateIsAByteSequence() {
        assertThat(of(ALICE, false)).extracting(Map.Entry::getKey).containsExactly("Client-Cert");
        assertThat(of(ALICE, false).get("Client-Cert")).isEqualTo(":TUlJ:");
    }

    @Test
    void allThatIsWrittenIsReserved() {
        MultiMap to = of(ALICE, true);
        assertThat(to.names()).containsExactlyInAnyOrderElementsOf(Arrays.stream(OwnField.values())
                .map(field -> field.text().toString()).filter(ReservedNames::clientCertificate).toList());
        assertThat(to.get("X-Client-Subject")).isEqualTo("CN=alice,O=Gyre");
        assertThat(to.get("X-Client-Issuer")).isEqualTo("CN=operators");
        assertThat(to.get("X-Client-Serial")).isEqualTo("1f");
        assertThat(to.get("X-Client-San")).isEqualTo("DNS:a.example,URI:spiffe://x/a%2Cb");
        assertThat(to.get("X-Client-Fingerprint")).isEqualTo("00ff");
    }

    @Test
    void noTextInACertificateBreaksAField() {
        String hostile = "CN=\r\nX-Admin: 1\0\u007f100%,O=\u00dcber\u20ac\ud83d\ude00\t\u0085\u2028";
        String safe = "CN=%0D%0AX-Admin: 1%00%7F100%25,O=%C3%9Cber%E2%82%AC%F0%9F%98%80%09%C2%85%E2%80%A8";
        assertThat(CertificateFields.safe(hostile)).isEqualTo(safe);
        MultiMap to = of(new ClientCertificate(hostile, hostile, hostile, List.of("DNS:" + hostile), hostile,
                "TUlJ"), true);
        io.netty.handler.codec.http.HttpHeaders strict =
                DefaultHttpHeadersFactory.headersFactory().newHeaders();
        to.forEach(field -> strict.add(field.getKey(), field.getValue()));
        assertThat(strict.get("X-Client-Subject")).isEqualTo(safe);
        assertThat(strict.get("X-Client-San")).isEqualTo("DNS:" + safe.replace(",", "%2C"));
    }
}

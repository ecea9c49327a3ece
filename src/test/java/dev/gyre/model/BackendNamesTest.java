package dev.gyre.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be the host of a backend: names as containers have them,
        and no text that has a second reading. */
class BackendNamesTest {

    @ParameterizedTest
    @CsvSource({"http://my_service:8080, my_service, 8080",
        "http://stack_web.1.x7k:8080, stack_web.1.x7k, 8080",
        "http://stack_web.1.7xk, stack_web.1.7xk, 80", "http://_a_/, _a_, 80",
        "HTTP://A-b.Example.:9, a-b.example., 9",
        "http://10.0.0.5:9001, 10.0.0.5, 9001", "http://[2001:DB8::1]:9, 2001:db8::1, 9",
        "http://[::ffff:1.2.3.4], ::ffff:1.2.3.4, 80", "http://a:, a, 80", "http://a:0080, a, 80",
        "http://1a.2b:5, 1a.2b, 5"})
    void taken(String text, String host, int port) {
        assertThat(BackendUrl.parse(text)).isEqualTo(new BackendUrl(host, port));
    }

    @ParameterizedTest
    @CsvSource({"https://a, 443", "HTTPS://a:80/, 80", "https://a:, 443"})
    void withinTls(String text, int port) {
        assertThat(BackendUrl.parse(text)).isEqualTo(new BackendUrl(Scheme.HTTPS, "a", port));
        assertThat(BackendUrl.parse(text)).hasToString("https://a:" + port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://", "http:///", "http://:80", "a:80", "ftp://a", "http://a/x",
        "http://a?b",
        "http://a#b", "http://u@a", "http://u:p@a", "http://a b", " http://a", "http://a\n", "http://a..b",
        "http://.a", "http://-a", "http://a-", "http://a.-b", "http://a%62", "http://a~b", "http://a,b",
        "http://\u00e9", "http://[::1", "http://::1", "http://[a]", "http://[1]", "http://[::g]:80",
        "http://[::1]x", "http://a:80:80", "http://a:+80", "http://a:8x"})
    void isNone(String text) {
        assertThatThrownBy(() -> BackendUrl.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unix:/path, without path or query");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://a:0", "http://a:65536", "http://a:99999999999999999999"})
    void noSuchPort(String text) {
        assertThatThrownBy(() -> BackendUrl.parse(text)).hasMessageContaining("expected: 1..65535");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://1.2.3", "http://1.2.3.256", "http://1.2.3.4.5", "http://a.1", "http://1"})
    void noNameEndsWithANumber(String text) {
        assertThatThrownBy(() -> BackendUrl.parse(text)).hasMessageContaining("no IPv4 address");
    }

    @Test
    void ofAnyLengthIsRefusedAtOnce() {
        for (String text : new String[] {"http://" + "a".repeat(64), "http://" + "a.".repeat(127),
            "http://" + ".a".repeat(500_000)}) {
            assertThatThrownBy(() -> BackendUrl.parse(text)).hasMessageContaining("too long a name");
        }
    }

    @Test
    void theZoneOfAnAddressIsNotToldToBackends() {
        BackendUrl zoned = BackendUrl.parse("http://[fe80::1%eth0]:80");
        assertThat(zoned.authority()).isEqualTo("[fe80::1]:80");
        assertThat(zoned).hasToString("http://[fe80::1%eth0]:80");
    }
}

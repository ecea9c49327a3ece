package dev.gyre.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.balancing.Hash64;
import dev.gyre.model.HashKey;
import dev.gyre.model.Peer;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which client a request is hashed for must not depend on how a trusted peer writes its list. */
class HashedAddressTest {

    private static final Peer TRUSTED = new Peer("192.0.2.9", true);

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", "203.0.113.7, 192.0.2.1", "203.0.113.7,192.0.2.1,",
        "203.0.113.7~192.0.2.1",
        "203.0.113.7~192.0.2.1 , ,~,"})
    void theLastAddressCountsWhereverItStands(String lines) {
        assertThat(key(lines, TRUSTED)).isEqualTo(Hash64.of("192.0.2.1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", " , ~,"})
    void aListWithoutAddressesNamesNobody(String lines) {
        assertThat(key(lines, TRUSTED)).isEqualTo(Hash64.of(TRUSTED.address()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.1", ",192.0.2.1"})
    void whatAStrangerSaysDoesNotCount(String lines) {
        Peer stranger = new Peer("198.51.100.1", false);
        assertThat(key(lines, stranger)).isEqualTo(Hash64.of(stranger.address()));
    }

    private static long key(String lines, Peer peer) {
        MultiMap headers = HttpHeaders.headers();
        for (String line : lines.split("~", -1)) {
            headers.add("X-Forwarded-For", line);
        }
        return RequestKey.of(HashKey.CLIENT_ADDRESS, "/", headers, peer, () -> 7);
    }
}

package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A peer is trusted when, and only when, it is inside a listed block. */
class NetworkTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true", "10.0.0.0/8, 11.0.0.0, false", "10.0.0.0/8, 9.255.255.255, false",
        "10.1.2.3/8, 10.9.9.9, true", "10.0.0.1, 10.0.0.1, true", "10.0.0.1, 10.0.0.2, false",
        "192.168.4.0/22, 192.168.7.255, true", "192.168.4.0/22, 192.168.8.0, false",
        "255.255.255.255, 255.255.255.255, true", "128.0.0.0/1, 200.1.1.1, true",
        "128.0.0.0/1, 1.1.1.1, false",
        "0.0.0.0/0, 200.1.1.1, true", "0.0.0.0/0, ::1, false", "::/0, ::1, true", "::/0, 10.0.0.1, false",
        "fd00::/8, fdff:ffff::1, true", "fd00::/8, fe00::1, false", "2001:db8::/64, 2001:db8::ffff, true",
        "2001:db8::/64, 2001:db8:0:1::, false", "2001:db8::/65, 2001:db8::7fff:0:0:1, true",
        "2001:db8::/65, 2001:db8::8000:0:0:1, false", "::1, ::1, true", "::1, ::2, false",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8, true", "1:2:3:4:5:6:7:8/127, 1:2:3:4:5:6:7:9, true",
        "::ffff:10.0.0.0/104, 10.2.3.4, true",
        "::ffff:10.0.0.1/96, 11.0.0.1, true", "::ffff:10.0.0.1, 10.0.0.1, true",
        "64:ff9b::10.0.0.1, 64:ff9b::a00:1, true", "1::, 1::, true"
    })
    void holdsWhatIsInside(String block, String address, boolean inside) throws UnknownHostException {
        assertThat(Network.parse(block).orElseThrow().contains(InetAddress.getByName(address).getAddress()))
                .isEqualTo(inside);
    }

    @Test
    void knowsAnIpv4PeerThatCameInOverIpv6() {
        byte[] mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, 10, 1, 2, 3};
        assertThat(Network.parse("10.0.0.0/8").orElseThrow().contains(mapped)).isTrue();
        assertThat(Network.parse("11.0.0.0/8").orElseThrow().contains(mapped)).isFalse();
        assertThat(Network.parse("::/0").orElseThrow().contains(mapped)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost", "10.0.0", "10.0.0.256", "10.0.0.01", "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/", "::/129", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::8",
        "12345::", "fe80::1%eth0", "10.0.0.1::", "::10.0.0.1:1", "1:", ":1", "g::",
        "::ffff:10.0.0.1/95", "::ffff:10.0.0.1/8"})
    void refusesWhatIsNoAddress(String text) {
        assertThat(Network.parse(text)).isEmpty();
    }
}

package dev.gyre.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An address has one text, so that what was written of it can be compared and searched for. */
class AddressTextTest {

    @ParameterizedTest
    @CsvSource({"2001:DB8:0:0:0:0:0:1, 2001:db8::1", "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1", "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1", "1:0:0:0:0:0:0:0, 1::", "fe80:0:0:0:0abc:0:0:00ff, fe80::abc:0:0:ff",
        "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::", "0:0:1:2:3:4:5:6, ::1:2:3:4:5:6",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
        "1:0:2:0:3:0:4:0, 1:0:2:0:3:0:4:0", "192.0.2.7, 192.0.2.7", "255.255.0.1, 255.255.0.1"})
    void isTheCanonicalOne(String address, String text) throws Exception {
        assertThat(AddressText.of(InetAddress.getByName(address))).isEqualTo(text);
    }

    @Test
    void anIpv4AddressWithinAnIpv6OneIsWrittenAsItself() {
        byte[] mapped = new byte[16];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        mapped[12] = (byte) 192;
        mapped[15] = 7;
        assertThat(AddressText.of(mapped)).isEqualTo("192.0.0.7");
    }

    @Test
    void aZoneMeansNothingElsewhere() throws Exception {
        byte[] local = InetAddress.getByName("fe80::1").getAddress();
        assertThat(AddressText.of(Inet6Address.getByAddress("", local, 3))).isEqualTo("fe80::1");
    }
}

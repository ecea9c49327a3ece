package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.Settings.ClusterSettings;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Whoever counts too few nodes takes what is another's; whoever counts one twice leaves a part unused. */
class MemberAddressesTest {

    private static int expected(String host, String... members) throws UnknownHostException {
        return MemberAddresses.of(new ClusterSettings("gyre", host, 5701, 15701, List.of(members),
                Optional.empty(), Optional.empty()));
    }

    @Test
    void aNodeCountsWhetherItIsAmongItsMembersOrNot() throws Exception {
        assertThat(expected("127.0.0.1")).isEqualTo(1);
        assertThat(expected("127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.3")).isEqualTo(3);
        assertThat(expected("127.0.0.1", "127.0.0.2", "127.0.0.3:5701")).isEqualTo(3);
    }

    @Test
    void oneAddressOfTwoNamesIsOneNodeAndTwoPortsAreTwo() throws Exception {
        assertThat(expected("127.0.0.1", "localhost", "127.0.0.1:5701")).isEqualTo(1);
        assertThat(expected("localhost", "127.0.0.1", "127.0.0.1:5702")).isEqualTo(2);
    }

    @Test
    void aNameThatNobodyKnowsIsOneNode() throws Exception {
        assertThat(expected("127.0.0.1", "gone.invalid", "127.0.0.2")).isEqualTo(3);
    }

    @Test
    void addressesOfTheSixthVersionAreMetByThatVersion() throws Exception {
        assertThat(expected("::1", "[::1]:5701", "::2")).isEqualTo(2);
    }
}

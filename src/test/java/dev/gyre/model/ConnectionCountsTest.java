package dev.gyre.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConnectionCountsTest {

    private static final Long A = AddressBlock.of("192.0.2.1");
    private static final Long B = AddressBlock.of("2001:db8::1");

    private final ConnectionCounts counts = new ConnectionCounts(3, 2);

    @Test
    void aRefusedConnectionIsNotCounted() {
        assertThat(counts.enter(A)).isEmpty();
        assertThat(counts.enter(A)).isEmpty();
        assertThat(counts.enter(A)).hasValue(Limit.CONNECTIONS_PER_ADDRESS);
        assertThat(counts.openOf(A)).isEqualTo(2);
        assertThat(counts.enter(B)).isEmpty();
        assertThat(counts.enter(B)).hasValue(Limit.CONNECTIONS);
        assertThat(counts.enterTrusted()).hasValue(Limit.CONNECTIONS);
        assertThat(counts.open()).isEqualTo(3);
    }

    @Test
    void aPlaceIsFreeAgainAfterItsConnectionHasLeft() {
        counts.enter(A);
        counts.enter(A);
        counts.enterTrusted();
        counts.leave(A);
        assertThat(counts.openOf(A)).isEqualTo(1);
        assertThat(counts.enter(A)).isEmpty();
        counts.leaveTrusted();
        assertThat(counts.enter(B)).isEmpty();
        assertThat(counts.open()).isEqualTo(3);
    }

    @Test
    void ofIpv6TheFirst64BitsCount() {
        assertThat(AddressBlock.of("2001:db8::ffff")).isEqualTo(B);
        assertThat(AddressBlock.of("2001:db8:0:1::1")).isNotEqualTo(B);
        assertThat(AddressBlock.of("192.0.2.2")).isNotEqualTo(A);
    }
}

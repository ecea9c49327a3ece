package dev.gyre.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** A wrong verdict on everybody must not become an outage. */
class PanicRuleTest {

    @Test
    void theFitAreOffered() {
        assertThat(PanicRule.offered(List.of(1, 2, 3, 4), n -> n % 2 == 0)).containsExactly(2, 4);
    }

    @Test
    void everybodyIsOfferedWhenNobodyIsFit() {
        assertThat(PanicRule.offered(List.of(1, 3), n -> n % 2 == 0)).containsExactly(1, 3);
    }
}

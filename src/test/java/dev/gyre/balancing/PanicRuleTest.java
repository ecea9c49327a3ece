package dev.gyre.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.balancing.PanicRule.Offer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Verdicts narrow the choice, but never to nobody. */
class PanicRuleTest {

    private static Offer<Integer> offer(double least, Integer... candidates) {
        return PanicRule.offer(List.of(candidates), n -> n % 2 == 0, least);
    }

    @Test
    void onlyTheFitAreOfferedWhileThereAreSome() {
        assertThat(offer(0, 1, 2, 3, 4)).isEqualTo(new Offer<>(List.of(2, 4), false));
        assertThat(offer(0, 1, 3, 5, 7, 8)).isEqualTo(new Offer<>(List.of(8), false));
    }

    @Test
    void allAreOfferedWhenNobodyIsFit() {
        assertThat(offer(0, 1, 3)).isEqualTo(new Offer<>(List.of(1, 3), true));
    }

    @Test
    void allAreOfferedWhenTooFewAreFit() {
        assertThat(offer(0.5, 1, 2, 3)).isEqualTo(new Offer<>(List.of(1, 2, 3), true));
        assertThat(offer(0.5, 1, 2)).as("half is not less than half")
                .isEqualTo(new Offer<>(List.of(2), false));
    }

    @Test
    void nobodyToOfferIsNoPanic() {
        assertThat(offer(1)).isEqualTo(new Offer<>(List.of(), false));
    }
}

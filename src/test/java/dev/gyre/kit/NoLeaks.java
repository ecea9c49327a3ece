package dev.gyre.kit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Where Netty's leak detector is paranoid, a class of tests fails after which a leak has been found: in it,
 * or in one before it whose garbage had not been collected. It is there for every test, by
 * {@code META-INF/services}.
 */
public final class NoLeaks implements AfterAllCallback {

    @Override
    public void afterAll(ExtensionContext context) {
        if (LeakDetector.isOn()) {
            assertThat(LeakDetector.takeAll()).as("leaks found by the end of %s",
                    context.getDisplayName()).isEmpty();
        }
    }
}

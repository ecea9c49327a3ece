package dev.gyre.kit;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Holds backends' answers back until it is opened, once for all. */
public final class Gate {

    private final CountDownLatch open = new CountDownLatch(1);

    /** Returns when the gate is open. */
    public void pass() throws IOException {
        try {
            if (!open.await(Await.SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the gate was never opened");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    public void open() {
        open.countDown();
    }
}

package dev.gyre.log;

import java.util.function.Consumer;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;

/** The loggers of this process, each behind the limits on what it may write. Thread-safe. */
public final class LogLimits implements ILoggerFactory {

    private final ILoggerFactory written;

    /** @param written the loggers that write */
    public LogLimits(ILoggerFactory written) {
        this.written = written;
    }

    /**
     * From now on this is called for each record that carries an OutOfMemoryError of the heap, also of a
     * logger that is off, on the thread that logs and before the record is written. It must not throw, not
     * wait and should not allocate.
     */
    public static void onOutOfMemory(Consumer<Throwable> then) {
        OutOfMemory.listen(then);
    }

    @Override
    public Logger getLogger(String name) {
        return new LimitedLogger(written.getLogger(name));
    }
}

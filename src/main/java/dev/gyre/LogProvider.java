package dev.gyre;

import dev.gyre.log.LogLimits;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.LoggerFactory;
import org.slf4j.simple.SimpleServiceProvider;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/** Puts the limits of the log before the loggers of slf4j-simple; SLF4J finds it by its service file. */
public final class LogProvider implements SLF4JServiceProvider {

    private final SimpleServiceProvider simple = new SimpleServiceProvider();
    private LogLimits limits;

    @Override
    public void initialize() {
        simple.initialize();
        limits = new LogLimits(simple.getLoggerFactory(), System::nanoTime, LogLimits::eachSecond);
    }

    /** The process was told to end before it was ready. */
    static void startGivenUp() {
        if (LoggerFactory.getILoggerFactory() instanceof LogLimits limits) {
            limits.startGivenUp();
        }
    }

    /** Before the process ends: logs the number of omitted records, if the log is Gyre's own. */
    static void end() {
        if (LoggerFactory.getILoggerFactory() instanceof LogLimits limits) {
            limits.end();
        }
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return limits;
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return simple.getMarkerFactory();
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return simple.getMDCAdapter();
    }

    @Override
    public String getRequestedApiVersion() {
        return simple.getRequestedApiVersion();
    }
}

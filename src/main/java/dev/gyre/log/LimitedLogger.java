package dev.gyre.log;

import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/** A logger that checks each record before it is written. */
final class LimitedLogger extends LegacyAbstractLogger {

    private final transient Logger written;
    private final transient LogLimits limits;
    private final boolean own;

    LimitedLogger(Logger written, LogLimits limits) {
        this.name = written.getName();
        this.written = written;
        this.limits = limits;
        this.own = name.equals("gyre") || name.startsWith("gyre.");
    }

    @Override
    protected void handleNormalizedLoggingCall(Level level, Marker marker, String pattern, Object[] arguments,
            Throwable thrown) {
        OutOfMemory.look(arguments, thrown);
        if (!written.isEnabledForLevel(level) || !limits.writes(level)) {
            return;
        }
        String message = MessageFormatter.basicArrayFormat(pattern, arguments);
        // Debug and trace are not limited: they are enabled on purpose.
        boolean limited = level.compareTo(Level.INFO) <= 0 && !(own && thrown == null);
        if (limited && !limits.admits(Kind.of(name, level, message, thrown))) {
            return;
        }
        if (own) {
            // Settings and names stand in these, which have line breaks if somebody wants to forge a record.
            write(level, OneLine.of(message), thrown);
        } else if (written.isDebugEnabled()) {
            write(level, message, thrown);
        } else if (thrown != null && OneLine.isOutside(thrown)) {
            write(level, OneLine.of(message, thrown), null);
        } else {
            write(level, OneLine.of(message), thrown);
        }
    }

    private void write(Level level, String message, Throwable thrown) {
        switch (level) {
            case ERROR -> written.error(message, thrown);
            case WARN -> written.warn(message, thrown);
            case INFO -> written.info(message, thrown);
            case DEBUG -> written.debug(message, thrown);
            case TRACE -> written.trace(message, thrown);
        }
    }

    @Override
    public boolean isTraceEnabled() {
        return written.isTraceEnabled();
    }

    @Override
    public boolean isDebugEnabled() {
        return written.isDebugEnabled();
    }

    @Override
    public boolean isInfoEnabled() {
        return written.isInfoEnabled();
    }

    /** Also if it is off: the record may be the only sign that memory is exhausted. */
    @Override
    public boolean isWarnEnabled() {
        return true;
    }

    /** As with warnings. */
    @Override
    public boolean isErrorEnabled() {
        return true;
    }

    @Override
    protected String getFullyQualifiedCallerName() {
        return LimitedLogger.class.getName();
    }
}

package dev.gyre.gate;

/** A message breaks a {@link Rule}. Without a stack trace: it speaks of the peer, not of this code. */
public final class Refused extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;
    private final Rule rule;

    Refused(Rule rule) {
        super((Throwable) null);
        this.rule = rule;
    }

    public Rule rule() {
        return rule;
    }

    @Override
    public String getMessage() {
        return rule.reason();
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}

package dev.gyre.tls;

import java.util.List;

/** Certificates that a node cannot start with; one line for each thing that is wrong. */
public final class UnusableCertificates extends Exception {

    private static final long serialVersionUID = 1L;
    private final transient List<String> reasons;

    UnusableCertificates(List<String> reasons) {
        super(String.join("; ", reasons), null, false, false);
        this.reasons = List.copyOf(reasons);
    }

    public List<String> reasons() {
        return reasons;
    }
}

package dev.gyre.health.outlier;

import java.util.Locale;

/** Why a backend is ejected by its traffic. */
public enum EjectionCause {
    /** Too many failures in a row. */
    FAILURES,
    /** A share of failures far above that of the others. */
    RATE,
    /** Answers that take far longer than those of the others. */
    LATENCY,
    /** Requests wait and no answer begins, while others answer. */
    SILENCE;

    /** The word for metrics, e.g. {@code failures}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

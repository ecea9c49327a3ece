package dev.gyre.health.probing;

/**
 * This node's own verdict on one backend: several equal results in a row turn it, so that a flapping backend
 * or a lossy network does not turn it with every probe. Without a verdict, the first result decides.
 */
final class Thresholds {

    private boolean known;
    private boolean up;
    private int against;
    private int failures;
    private String reason = "";

    private Thresholds(boolean known, boolean up, String reason) {
        this.known = known;
        this.up = up;
        this.reason = reason;
    }

    static Thresholds unknown() {
        return new Thresholds(false, true, "");
    }

    /** Begins with the others' verdict; {@code reason} if it is down. */
    static Thresholds from(boolean up, String reason) {
        return new Thresholds(true, up, reason);
    }

    void passed(int rise) {
        failures = 0;
        against = up ? 0 : against + 1;
        if (!known || against >= rise) {
            turn(true);
        }
    }

    void failed(String why, int fall) {
        failures++;
        against = up ? against + 1 : 0;
        if (!known || against >= fall) {
            turn(false);
        }
        if (!up) {
            reason = (failures == 1 ? "a probe failed: "
                    : failures + " probes in a row failed: ") + why;
        }
    }

    private void turn(boolean now) {
        known = true;
        up = now;
        against = 0;
    }

    boolean known() {
        return known;
    }

    boolean up() {
        return up;
    }

    /** There was no recent failure. */
    boolean confirmed() {
        return known && up && against == 0;
    }

    /** Why it is down, as of the last failure. */
    String reason() {
        return up ? "" : reason;
    }
}

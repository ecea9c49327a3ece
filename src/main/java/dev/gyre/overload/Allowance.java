package dev.gyre.overload;

import dev.gyre.model.Priority;

/**
 * How many may be in flight when a request of each priority comes.
 *
 * @param limit     of all
 * @param uncritical of all that are not critical, for a moment; as great as the limit otherwise
 * @param highest   that a route to the service has: it may have all of the limit, since nothing is to be kept
 *                  free for others
 */
record Allowance(int limit, int uncritical, Priority highest) {

    static final Allowance UNLIMITED =
            new Allowance(Integer.MAX_VALUE, Integer.MAX_VALUE, Priority.CRITICAL);

    int of(Priority priority) {
        if (priority == Priority.CRITICAL) {
            return limit;
        }
        int whole = Math.min(limit, uncritical);
        return priority == highest ? whole : (int) Math.max(1, (long) whole * priority.share() / 100);
    }
}

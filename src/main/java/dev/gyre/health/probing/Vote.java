package dev.gyre.health.probing;

import dev.gyre.model.Condition;
import java.time.Instant;
import java.util.Optional;

/**
 * What one node says of one backend.
 *
 * @param up      its own opinion
 * @param reason  why it is down; empty when it is up
 * @param verdict the verdict it goes by; empty: that node knows no failure of it
 * @param said    when, by the wall clock of the node that says so
 * @param nanos   when it was heard here
 */
record Vote(String node, boolean up, String reason, Optional<Condition> verdict, Instant said, long nanos) {
}

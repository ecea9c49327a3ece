package dev.gyre.health.probing;

import dev.gyre.model.Condition;
import java.time.Instant;
import java.util.Optional;

/**
 * One node's vote on one backend.
 *
 * @param up      whether that node finds it up
 * @param reason  why it is down; empty if it is up
 * @param verdict the verdict it goes by; empty: that node knows no failure of it
 * @param sentAt  by the wall clock of that node
 * @param nanos   when it was received here
 */
record Vote(String node, boolean up, String reason, Optional<Condition> verdict, Instant sentAt, long nanos) {
}

package dev.gyre.model;

import java.time.Duration;

/**
 * Gives a backend that is new or has recovered its share by and by.
 *
 * @param window     from the first request to the full share
 * @param aggression 1: the share grows evenly; more: faster in the beginning,
 *                   {@value #LEAST_AGGRESSION}..{@value #MOST_AGGRESSION}
 */
public record SlowStart(Duration window, double aggression) {

    public static final double LEAST_AGGRESSION = 0.1;
    public static final double MOST_AGGRESSION = 10;
    public static final double DEFAULT_AGGRESSION = 1;
}

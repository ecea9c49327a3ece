package dev.gyre.model;

import java.time.Duration;

/** When a request that has not been answered yet is sent to a second backend as well. */
public sealed interface Hedge {

    /** Never; the default. */
    record Off() implements Hedge { }

    /** After the time within which 95 of 100 of the service's answers have begun lately. */
    record AfterP95() implements Hedge { }

    /** After a fixed time. */
    record After(Duration time) implements Hedge { }
}

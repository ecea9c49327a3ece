package dev.gyre.registry;

/** The fields of entries, except a service's settings, whose names are their paths in config. */
final class EntryFields {

    /** Of the layers below the operator's: declared or announced. Of the operator's: added, or removed. */
    static final String PRESENT = "present";
    static final String WEIGHT = "weight";
    static final String ZONE = "zone";
    /** True, false, or {@code {"until": milliseconds since 1970}} of a drain with a deadline. */
    static final String DRAINING = "draining";
    static final String UNTIL = "until";
    /** Until when tunnels may go on while it drains, in milliseconds since 1970; set by the operator only. */
    static final String TUNNELS_UNTIL = "tunnelsUntil";
    /** Until when a service is held, in milliseconds since 1970; set by the operator only. */
    static final String HELD_UNTIL = "heldUntil";
    static final String SERVICE = "service";
    /** A size as text. */
    static final String MAX_BODY = "maxBody";
    static final String PRIORITY = "priority";
    /** Of an announcement, in milliseconds. */
    static final String TTL = "ttl";
    /** Why an announced backend drains. */
    static final String ENDING = "ending";
    /** All of a change. */
    static final String RECORD = "record";

    /** False in a record without its fields. */
    static final String DETAILS = "details";

    private EntryFields() {
    }
}

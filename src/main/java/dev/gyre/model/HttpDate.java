package dev.gyre.model;

import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** What Date says now (RFC 9110, section 5.6.7), written once for each second. For one thread. */
public final class HttpDate {

    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final InstantSource clock;
    private long second = Long.MIN_VALUE;
    private String text = "";

    public HttpDate(InstantSource clock) {
        this.clock = clock;
    }

    public String now() {
        long now = Math.floorDiv(clock.millis(), 1000L);
        if (now != second) {
            second = now;
            text = FORM.format(Instant.ofEpochSecond(now));
        }
        return text;
    }
}

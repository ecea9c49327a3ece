package dev.gyre.upstream;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** For how long an answer asks to be left alone (RFC 9110, section 10.2.3). */
final class RetryAfter {

    private static final int MOST_DIGITS = 9;

    private RetryAfter() {
    }

    /** Empty when it says nothing of the kind. A date counts from the answer's own Date. */
    static Optional<Duration> of(int status, MultiMap headers) {
        if (status != 429 && status != 503) {
            return Optional.empty();
        }
        String field = headers.get(HttpHeaders.RETRY_AFTER);
        if (field == null) {
            return Optional.empty();
        }
        String text = field.strip();
        if (text.matches("\\d+")) {
            return Optional.of(Duration.ofSeconds(
                    text.length() > MOST_DIGITS ? Integer.MAX_VALUE : Long.parseLong(text)));
        }
        String date = headers.get(HttpHeaders.DATE);
        return date == null ? Optional.empty() : between(date, text);
    }

    private static Optional<Duration> between(String now, String until) {
        try {
            DateTimeFormatter form = DateTimeFormatter.RFC_1123_DATE_TIME;
            Duration pause = Duration.between(ZonedDateTime.parse(now.strip(), form),
                    ZonedDateTime.parse(until, form));
            return pause.isNegative() ? Optional.empty() : Optional.of(pause);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}

package dev.gyre.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.jackson.JacksonCodec;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Parses a config's text so that mistakes are found: by line and column, and with nothing overwritten. */
public final class JsonText {

    // Comments are let through as everywhere in Vert.x; a key given twice is not: the first would be lost.
    private static final JsonFactory STRICT = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final Pattern START =
            Pattern.compile(" \\(start marker at \\[.*?line: (\\d+), column: \\d+]\\)");
    private static final Pattern OTHER_END =
            Pattern.compile(" \\(for (Array|Object) starting at \\[.*?line: (\\d+), column: \\d+]\\)");
    private static final Pattern TOKEN = Pattern.compile("^Unrecognized token '[^']*'");
    private static final Pattern CHARACTER =
            Pattern.compile("Unexpected character \\('(.+?)' \\(code \\d+(?: / 0x[0-9a-f]+)?\\)\\)");
    private static final Pattern VALUE = Pattern.compile("(?:a valid value )?\\(JSON String, Number, .*\\)");
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private JsonText() { }

    static JsonObject parse(String origin, String text) throws UnreadableConfig {
        String json = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        if (json.isBlank()) {
            throw new UnreadableConfig(origin + ": empty (expected: a JSON object)");
        }
        try {
            Object value = strict(json);
            if (value instanceof JsonObject object) {
                return object;
            }
            throw new UnreadableConfig(origin + ": " + Value.describe(value) + " (expected: a JSON object)");
        } catch (DecodeException e) {
            throw new UnreadableConfig(origin + mistake(e));
        }
    }

    /** Any value. Fails also if a key stands twice in one object: readers would take the last. */
    public static Object strict(String json) throws DecodeException {
        try (JsonParser parser = STRICT.createParser(json)) {
            return JacksonCodec.fromParser(parser, Object.class);
        } catch (IOException e) {
            throw new DecodeException(e.getMessage(), e);
        }
    }

    /** Where the mistake is and what was expected there, beginning with the separator from what was read. */
    public static String mistake(DecodeException e) {
        if (e.getCause() instanceof StreamConstraintsException) {
            return ": nested too deeply, or a key or number too long (expected: 1000 levels or digits)";
        }
        if (!(e.getCause() instanceof JsonProcessingException cause) || cause.getLocation() == null) {
            return ": not a JSON object, or something after its end";
        }
        JsonLocation at = cause.getLocation();
        return ", line " + at.getLineNr() + ", column " + at.getColumnNr() + ": "
                + plain(cause.getOriginalMessage());
    }

    /** Jackson's words as ours, and without the text it stumbled over, which may be a secret. */
    private static String plain(String message) {
        String found = START.matcher(message).replaceAll(" opened in line $1");
        found = OTHER_END.matcher(found).replaceAll(" for $1 opened in line $2");
        found = TOKEN.matcher(found).replaceFirst("Text without quotes");
        found = CHARACTER.matcher(found).replaceAll("Unexpected '$1'");
        String[] parts = found.split(": (?:was expecting|expected) ", 2);
        String expected = parts.length == 2 ? " (expected: " + VALUE.matcher(parts[1]).replaceFirst("a value")
                .replace("double-quote to start field name", "a key in double quotes") + ")" : "";
        String begun = parts[0].substring(0, 1).toLowerCase(Locale.ROOT) + parts[0].substring(1);
        return (begun + expected).replaceAll("\\s+", " ");
    }
}

package dev.gyre.registry;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The content of {@code topology.json}: a header {@code gyre-topology FORMAT LENGTH SHA-256}, then that many
 * bytes of JSON with one entry a line. Every later format keeps the header, so that an older Gyre can tell a
 * file from the future from a damaged one; to that end the sum covers the format's number too.
 */
final class TopologyText {

    static final int FORMAT = 1;

    private static final Pattern HEADER = Pattern.compile("gyre-topology (\\d{1,9}) (\\d{1,12}) "
            + "([0-9a-f]{64})");
    private static final int LONGEST_HEADER = 120;

    private TopologyText() {
    }

    /** Whole, and written by a Gyre that knows more. */
    static final class NewerFormat extends Exception {

        private final int format;

        NewerFormat(int format) {
            super("format " + format, null, false, false);
            this.format = format;
        }

        int format() {
            return format;
        }
    }

    /** Not what was once written. */
    static final class Damaged extends Exception {

        Damaged(String message) {
            super(message, null, false, false);
        }
    }

    /** One entry's, without its end. */
    static String line(Entry entry) {
        return "    " + entry.toJson().encode();
    }

    /** @param lines gives the {@link #line} of an entry */
    static byte[] encode(Entries entries, Function<Entry, String> lines) {
        byte[] body = entries.all().stream().map(lines)
                .collect(Collectors.joining(",\n", "{\n  \"version\": \"" + entries.version()
                        + "\",\n  \"entries\": [\n", "\n  ]\n}\n")).getBytes(StandardCharsets.UTF_8);
        byte[] header = header(FORMAT, body).getBytes(StandardCharsets.US_ASCII);
        byte[] file = Arrays.copyOf(header, header.length + body.length);
        System.arraycopy(body, 0, file, header.length, body.length);
        return file;
    }

    static String header(int format, byte[] body) {
        return "gyre-topology " + format + " " + body.length + " " + sum(format, body) + "\n";
    }

    static Entries decode(byte[] file) throws Damaged, NewerFormat {
        int end = 0;
        while (end < file.length && end < LONGEST_HEADER && file[end] != '\n') {
            end++;
        }
        Matcher header = HEADER.matcher(new String(file, 0, end, StandardCharsets.ISO_8859_1));
        if (end == file.length || !header.matches()) {
            throw new Damaged(file.length == 0 ? "it is empty" : "its first line is no header");
        }
        byte[] body = Arrays.copyOfRange(file, end + 1, file.length);
        if (body.length != Long.parseLong(header.group(2))) {
            throw new Damaged(body.length + " bytes follow its header (expected: " + header.group(2) + ")");
        }
        int format = Integer.parseInt(header.group(1));
        if (!sum(format, body).equals(header.group(3))) {
            throw new Damaged("its checksum does not match");
        }
        if (format > FORMAT) {
            throw new NewerFormat(format);
        }
        try {
            if (!(Json.decodeValue(new String(body, StandardCharsets.UTF_8)) instanceof JsonObject json)) {
                throw new Damaged("it holds no JSON object");
            }
            Entries entries = Entries.fromJson(json.getJsonArray("entries", new JsonArray()));
            // Somebody may have edited it and set the sum right: values must make sense, too.
            Overlay.check(entries);
            return entries;
        } catch (DecodeException | IllegalArgumentException e) {
            throw new Damaged("it cannot be read: " + e.getMessage());
        } catch (ClassCastException e) {
            throw new Damaged("it cannot be read: a value has the wrong type");
        }
    }

    private static String sum(int format, byte[] body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((format + "\n").getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(digest.digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

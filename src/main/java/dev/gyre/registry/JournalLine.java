package dev.gyre.registry;

import io.vertx.core.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * One key on the disk: {@code ["CRC-32C","key",text]}, or {@code ["CRC-32C","key"]} for a forgotten key.
 * Every line has its own checksum, so that a damaged byte costs one entry and not all.
 *
 * @param text JSON without line feeds; empty: the key is forgotten
 */
record JournalLine(String key, Optional<String> text) {

    /** {@code ["12345678",} */
    private static final int PREFIX = 12;
    private static final Pattern START = Pattern.compile("\\[\"[0-9a-f]{8}\",");

    JournalLine {
        if (text.isPresent() && text.get().indexOf('\n') >= 0) {
            throw new IllegalArgumentException("text of " + key + ": has a line feed (expected: one line)");
        }
    }

    static JournalLine of(String key, String text) {
        return new JournalLine(key, Optional.of(text));
    }

    static JournalLine forgotten(String key) {
        return new JournalLine(key, Optional.empty());
    }

    /** Without a line feed at its end. */
    byte[] encode() {
        String name = Json.encode(key);
        return checked(text.map(value -> name + "," + value).orElse(name));
    }

    static byte[] checked(String content) {
        byte[] bytes = ("[\"--------\"," + content + "]").getBytes(StandardCharsets.UTF_8);
        byte[] sum = sum(bytes, PREFIX, bytes.length - 1).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(sum, 0, bytes, 2, sum.length);
        return bytes;
    }

    /** The input of {@link #checked}; empty if it did not return these bytes. */
    static Optional<String> content(byte[] bytes, int from, int to) {
        if (to - from <= PREFIX || bytes[from] != '[' || bytes[from + 1] != '"' || bytes[from + 10] != '"'
                || bytes[from + 11] != ',' || bytes[to - 1] != ']') {
            return Optional.empty();
        }
        String expected = new String(bytes, from + 2, 8, StandardCharsets.ISO_8859_1);
        return sum(bytes, from + PREFIX, to - 1).equals(expected)
                ? Optional.of(new String(bytes, from + PREFIX, to - 1 - from - PREFIX,
                        StandardCharsets.UTF_8))
                : Optional.empty();
    }

    static Optional<JournalLine> decode(byte[] bytes, int from, int to) {
        return content(bytes, from, to).flatMap(JournalLine::parse);
    }

    private static Optional<JournalLine> parse(String content) {
        if (!content.startsWith("\"")) {
            return Optional.empty();
        }
        int end = 1;
        while (end < content.length() && content.charAt(end) != '"') {
            end += content.charAt(end) == '\\' ? 2 : 1;
        }
        String name = content.substring(1, Math.min(end, content.length()));
        String key = name.indexOf('\\') < 0 ? name : (String) Json.decodeValue("\"" + name + "\"");
        return Optional.of(end + 1 >= content.length() ? forgotten(key)
                : of(key, content.substring(end + 2)));
    }

    /** The intact lines in damaged bytes. */
    static List<JournalLine> salvage(byte[] bytes, int from, int to) {
        List<JournalLine> whole = new ArrayList<>();
        int next;
        for (int begin = from; begin < to; begin = next + 1) {
            next = begin;
            while (next < to && bytes[next] != '\n') {
                next++;
            }
            Optional<JournalLine> line = decode(bytes, begin, lastBracket(bytes, begin, next));
            if (line.isPresent()) {
                whole.add(line.get());
            } else {
                joined(bytes, begin, next, whole);
            }
        }
        return whole;
    }

    /** If a line feed is damaged, two lines look like one. */
    private static void joined(byte[] bytes, int from, int to, List<JournalLine> whole) {
        // One char a byte, so that indices agree.
        Matcher start = START.matcher(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
        List<Integer> starts = new ArrayList<>();
        while (start.find()) {
            starts.add(from + start.start());
        }
        starts.add(to);
        for (int i = 0; i + 1 < starts.size(); i++) {
            int end = lastBracket(bytes, starts.get(i), starts.get(i + 1));
            decode(bytes, starts.get(i), end).ifPresent(whole::add);
        }
    }

    private static int lastBracket(byte[] bytes, int from, int to) {
        int end = to;
        while (end > from && bytes[end - 1] != ']') {
            end--;
        }
        return end;
    }

    /** CRC-32C of these bytes: 8 hexadecimal digits. */
    static String sum(byte[] bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, to - from);
        return HexFormat.of().toHexDigits(crc.getValue(), 8);
    }
}

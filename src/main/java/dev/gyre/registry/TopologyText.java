package dev.gyre.registry;

import dev.gyre.model.Sha256;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The content of {@code topology.json}: a header {@code gyre-topology FORMAT LENGTH SHA-256}, then that many
 * bytes of JSON with one entry a line. Every later format keeps the header, so that an older Gyre can
 * distinguish a newer file from a damaged one; for this the sum covers the format's number too.
 */
final class TopologyText {

    static final int FORMAT = 2;
    /** The format of the header that is written now. */
    static final int HEADER_LENGTH = 94;
    static final String LAST = "]}\n";

    private static final Pattern HEADER = Pattern.compile("gyre-topology (\\d{1,9}) (\\d{1,12}) "
            + "([0-9a-f]{64})");
    private static final Pattern OPENING =
            Pattern.compile("\\{\"covers\":(\\[\"[0-9a-f]{8}\",(\\d{1,18})\\]),\"entries\":\\[");
    private static final int COVERS_AT = "{\"covers\":".length();
    private static final int LONGEST_HEADER = 120;

    private TopologyText() {
    }

    /** Whole, and written by a newer Gyre. */
    static final class NewerFormat extends Exception {

        private final int format;
        private final int known;

        NewerFormat(int format, int known) {
            super("format " + format, null, false, false);
            this.format = format;
            this.known = known;
        }

        int format() {
            return format;
        }

        /** The newest format that this version reads. */
        int known() {
            return known;
        }
    }

    /**
     * @param covers the last group of the journal in it; empty if the header is lost
     * @param damage the damage of the file; empty if it is whole
     * @param lost   number of lost lines; empty if unknown
     */
    record Content(int format, Optional<Long> covers, List<JournalLine> lines, Optional<String> damage,
            Optional<Long> lost) {
    }

    /** The text before the lines. */
    static byte[] opening(long covers) {
        return ("{\"covers\":"
                + new String(JournalLine.checked(Long.toString(covers)), StandardCharsets.US_ASCII)
                + ",\"entries\":[\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** The text after them. */
    static byte[] closing(long lines) {
        return (new String(JournalLine.checked(Long.toString(lines)), StandardCharsets.US_ASCII) + LAST)
                .getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] header(int format, long length, MessageDigest sum) {
        return String.format("gyre-topology %d %012d %s\n", format, length,
                HexFormat.of().formatHex(sum.digest())).getBytes(StandardCharsets.US_ASCII);
    }

    /** Receives the body. */
    static MessageDigest sum(int format) {
        MessageDigest digest = Sha256.digest();
        digest.update((format + "\n").getBytes(StandardCharsets.US_ASCII));
        return digest;
    }

    static Content read(byte[] file) throws NewerFormat {
        int end = Math.min(LONGEST_HEADER, end(file, 0));
        Matcher header = HEADER.matcher(new String(file, 0, end, StandardCharsets.ISO_8859_1));
        if (end == file.length || !header.matches()) {
            return salvage(file, 0, file.length == 0 ? "it is empty" : "its first line is no header");
        }
        int body = end + 1;
        int format = Integer.parseInt(header.group(1));
        if (file.length - body != Long.parseLong(header.group(2))) {
            return salvage(file, body, (file.length - body) + " bytes follow its header (expected: "
                    + Long.parseLong(header.group(2)) + ")");
        }
        MessageDigest sum = sum(format);
        sum.update(file, body, file.length - body);
        if (!HexFormat.of().formatHex(sum.digest()).equals(header.group(3))) {
            return salvage(file, body, "its checksum does not match");
        }
        if (format > FORMAT) {
            throw new NewerFormat(format, FORMAT);
        }
        return format == 1 ? first(Arrays.copyOfRange(file, body, file.length)) : salvage(file, body, "");
    }

    /** A damaged file of format 1 is not read: its lines have no checksum, so any byte may be wrong. */
    private static Content salvage(byte[] file, int body, String damage) {
        Optional<Long> covers = Optional.empty();
        Optional<Long> count = Optional.empty();
        List<JournalLine> lines = new ArrayList<>();
        int next;
        for (int begin = body; begin < file.length; begin = next) {
            int from = begin;
            int to = end(file, from);
            next = to + 1;
            int behind = to > from && file[to - 1] == ',' ? to - 1 : to;
            Optional<JournalLine> line = JournalLine.decode(file, from, behind);
            if (line.isPresent()) {
                lines.add(line.get());
            } else {
                covers = covers.or(() -> covers(file, from, to));
                count = to - from > 2 ? JournalLine.content(file, from, to - 2).filter(TopologyText::isNumber)
                        .map(Long::parseLong) : Optional.empty();
                lines.addAll(JournalLine.salvage(file, from, to));
            }
        }
        long read = lines.size();
        boolean whole = damage.isEmpty() && covers.isPresent() && count.equals(Optional.of(read));
        return new Content(FORMAT, covers, lines,
                whole ? Optional.empty() : Optional.of(damage.isEmpty() ? "its lines do not add up" : damage),
                count.map(all -> Math.max(0, all - read)));
    }

    private static int end(byte[] file, int from) {
        int to = from;
        while (to < file.length && file[to] != '\n') {
            to++;
        }
        return to;
    }

    private static boolean isNumber(String content) {
        return content.matches("\\d{1,18}");
    }

    private static Optional<Long> covers(byte[] file, int from, int to) {
        Matcher opening = OPENING.matcher(new String(file, from, to - from, StandardCharsets.ISO_8859_1));
        return opening.lookingAt()
                ? JournalLine.content(file, from + COVERS_AT, from + opening.end(1)).map(Long::parseLong)
                : Optional.empty();
    }

    private static Content first(byte[] body) {
        try {
            JsonObject json = new JsonObject(new String(body, StandardCharsets.UTF_8));
            List<JournalLine> lines = new ArrayList<>();
            for (Object element : json.getJsonArray("entries")) {
                JsonObject entry = (JsonObject) element;
                lines.add(JournalLine.of(entry.getString("layer") + "/" + entry.getString("kind") + "/"
                        + entry.getString("name"), Json.encode(entry)));
            }
            return new Content(1, Optional.empty(), lines, Optional.empty(), Optional.empty());
        } catch (DecodeException | ClassCastException | NullPointerException e) {
            return new Content(1, Optional.empty(), List.of(),
                    Optional.of("it cannot be read: " + e.getMessage()), Optional.empty());
        }
    }
}

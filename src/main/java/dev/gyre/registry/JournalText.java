package dev.gyre.registry;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The content of a segment of the journal: a header {@code gyre-journal FORMAT FIRST CRC}, then groups. A
 * group is {@code + SEQUENCE LENGTH CRC CRC-OF-THIS} and that many bytes of {@link JournalLine}s. Groups are
 * numbered through all segments, FIRST being the number of the next one when the segment was begun.
 */
final class JournalText {

    static final int FORMAT = 1;

    private static final Pattern HEADER =
            Pattern.compile("gyre-journal (\\d{4}) (\\d{16}) ([0-9a-f]{8})\n");
    private static final Pattern GROUP =
            Pattern.compile("\\+ (\\d{16}) (\\d{10}) ([0-9a-f]{8}) ([0-9a-f]{8})\n");
    static final int HEADER_LENGTH = 44;
    private static final int GROUP_LENGTH = 48;
    /** Written data never has so many in a row; a file that grew and lost its bytes does. */
    private static final int ZEROS = 16;
    private static final int SECTOR = 512;

    private final byte[] file;
    private final List<Part> parts = new ArrayList<>();
    private int good;

    private JournalText(byte[] file) {
        this.file = file;
    }

    /**
     * One group, or the rest of damaged ones.
     *
     * @param sequence empty if it is unreadable
     * @param damage   empty if it is whole
     */
    record Part(Optional<Long> sequence, List<JournalLine> lines, Optional<Damage> damage) { }

    /** @param at the byte where it begins */
    record Damage(long at, String what) { }

    /**
     * @param good length up to the end of the last whole group
     * @param torn an unfinished write follows
     */
    record Content(long first, List<Part> parts, long good, boolean torn) { }

    static byte[] header(long first) {
        return header(FORMAT, first);
    }

    static byte[] header(int format, long first) {
        return summed(String.format("gyre-journal %04d %016d ", format, first));
    }

    private static byte[] summed(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return (text + JournalLine.sum(bytes, 0, bytes.length) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] group(long sequence, Collection<JournalLine> lines) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (JournalLine line : lines) {
            text.writeBytes(line.encode());
            text.write('\n');
        }
        byte[] payload = text.toByteArray();
        ByteArrayOutputStream group = new ByteArrayOutputStream(GROUP_LENGTH + payload.length);
        group.writeBytes(summed(String.format("+ %016d %010d %s ", sequence, payload.length,
                JournalLine.sum(payload, 0, payload.length))));
        group.writeBytes(payload);
        return group.toByteArray();
    }

    /** @param first according to the file's name */
    static Content read(byte[] file, long first) throws TopologyText.NewerFormat {
        return new JournalText(file).read(first);
    }

    private Content read(long first) throws TopologyText.NewerFormat {
        boolean torn = false;
        int at = headerEnd(first);
        while (at < file.length) {
            Optional<Head> head = head(at).filter(this::whole);
            if (head.isPresent()) {
                at = add(head.get());
                continue;
            }
            int next = nextWhole(at + 1);
            if (next == file.length && torn(at)) {
                torn = true;
            } else {
                parts.add(spoiled(at, next));
            }
            at = next;
        }
        return new Content(first, parts, good, torn);
    }

    /** The end of the header, 0 if it is damaged. */
    private int headerEnd(long first) throws TopologyText.NewerFormat {
        int end = Math.min(HEADER_LENGTH, file.length);
        Matcher header = HEADER.matcher(new String(file, 0, end, StandardCharsets.ISO_8859_1));
        if (!header.matches() || !JournalLine.sum(file, 0, end - 9).equals(header.group(3))
                || Long.parseLong(header.group(2)) != first) {
            int next = nextWhole(0);
            parts.add(new Part(Optional.empty(), JournalLine.salvage(file, 0, next),
                    Optional.of(new Damage(0, file.length == 0 ? "it is empty" : "its first line is no header"
                            + " of a journal that begins with group " + first))));
            return next;
        }
        if (Integer.parseInt(header.group(1)) > FORMAT) {
            throw new TopologyText.NewerFormat(Integer.parseInt(header.group(1)), FORMAT);
        }
        good = end;
        return end;
    }

    private record Head(int at, long sequence, long length, String sum) {

        long end() {
            return at + GROUP_LENGTH + length;
        }
    }

    private Optional<Head> head(int at) {
        if (file.length - at < GROUP_LENGTH || file[at] != '+') {
            return Optional.empty();
        }
        Matcher head = GROUP.matcher(new String(file, at, GROUP_LENGTH, StandardCharsets.ISO_8859_1));
        return head.matches() && JournalLine.sum(file, at, at + GROUP_LENGTH - 9).equals(head.group(4))
                ? Optional.of(new Head(at, Long.parseLong(head.group(1)), Long.parseLong(head.group(2)),
                        head.group(3)))
                : Optional.empty();
    }

    private boolean whole(Head head) {
        return head.end() <= file.length
                && JournalLine.sum(file, head.at() + GROUP_LENGTH, (int) head.end()).equals(head.sum());
    }

    private int add(Head head) {
        int end = (int) head.end();
        List<JournalLine> lines = new ArrayList<>();
        for (int from = head.at() + GROUP_LENGTH; from < end; ) {
            int to = lineEnd(from, end);
            JournalLine.decode(file, from, to).ifPresent(lines::add);
            from = to + 1;
        }
        parts.add(new Part(Optional.of(head.sequence()), lines, Optional.empty()));
        good = end;
        return end;
    }

    private int lineEnd(int from, int end) {
        int to = from;
        while (to < end && file[to] != '\n') {
            to++;
        }
        return to;
    }

    private int nextWhole(int from) {
        for (int at = from; at < file.length; at++) {
            if (file[at] == '+' && head(at).filter(this::whole).isPresent()) {
                return at;
            }
        }
        return file.length;
    }

    /**
     * Whether this is an unfinished write: nothing whole follows, and it is cut off or, after a loss of
     * power, full of the zeros of a file that grew before its bytes were written.
     */
    private boolean torn(int at) {
        Optional<Head> head = head(at);
        return head.isPresent() && head.get().end() > file.length
                || file.length - at < GROUP_LENGTH && file[at] == '+' && good == at
                || zeros(at) || endsUnwritten(at);
    }

    /** Disks write whole sectors, which begin at multiples of their length. */
    private boolean endsUnwritten(int from) {
        int end = file.length;
        while (end > from && file[end - 1] == 0) {
            end--;
        }
        return end == from || (file.length - 1) / SECTOR * SECTOR >= end;
    }

    private boolean zeros(int from) {
        int row = 0;
        for (int at = from; at < file.length && row < ZEROS; at++) {
            row = file[at] == 0 ? row + 1 : 0;
        }
        return row == ZEROS;
    }

    private Part spoiled(int at, int next) {
        Optional<Head> head = head(at);
        String what = head.isPresent() ? "the checksum of group " + head.get().sequence() + " does not match"
                : "no group begins here";
        return new Part(head.map(Head::sequence), JournalLine.salvage(file, at, next),
                Optional.of(new Damage(at, what)));
    }
}

package dev.gyre.registry;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The content of a journal's files: the lines of the snapshot, and over them the groups that it does not
 * cover, in the order of their numbers. It only reads.
 */
final class Recovery {

    private final Map<String, String> lines = new LinkedHashMap<>();
    private final NavigableMap<String, Damage> damaged = new TreeMap<>();
    private long highest;
    private long snapshotLength;
    private long journalLength;
    private long expected = 1;
    private boolean snapshotIsCurrent;
    private Optional<JournalText.Content> last = Optional.empty();

    private Recovery() {
    }

    /**
     * The damage of one file.
     *
     * @param there  it can be set aside
     * @param groups lost groups of the journal
     * @param lines  lost lines of a snapshot; empty when that is unknown
     */
    record Damage(String what, boolean there, long groups, Optional<Long> lines) {

        Damage and(Damage other) {
            return new Damage(what + "; " + other.what, there || other.there, groups + other.groups,
                    lines.isPresent() ? lines : other.lines);
        }
    }

    static Recovery of(Disk disk) throws IOException, DataUnusable {
        Recovery recovery = new Recovery();
        NavigableMap<Long, String> segments = JournalSegment.names(disk.names());
        recovery.snapshot(disk, segments);
        recovery.segments(disk, segments);
        return recovery;
    }

    /** The latest text of each key. */
    Map<String, String> lines() {
        return Collections.unmodifiableMap(lines);
    }

    /** By the names of their files. */
    Map<String, Damage> damaged() {
        return damaged;
    }

    /** The number of the last group; above that of any group seen when some are lost. */
    long sequence() {
        return damaged.isEmpty() ? expected - 1 : Math.max(expected, highest + 1);
    }

    /** The segment that appends may continue, after its last whole group. */
    Optional<JournalText.Content> last() {
        return damaged.isEmpty() && snapshotIsCurrent ? last : Optional.empty();
    }

    /** In bytes. */
    long snapshotLength() {
        return snapshotLength;
    }

    /** In bytes, of all that the snapshot does not cover. */
    long journalLength() {
        return journalLength;
    }

    private void snapshot(Disk disk, NavigableMap<Long, String> segments) throws IOException, DataUnusable {
        if (!disk.names().contains(Snapshots.NAME)) {
            if (!segments.isEmpty()) {
                expected = segments.firstKey();
            }
            if (expected > 1) {
                damage(Snapshots.NAME, new Damage("the file is missing, which the journal continues", false,
                        0, Optional.empty()));
            }
            return;
        }
        try {
            byte[] file = disk.read(Snapshots.NAME);
            snapshotLength = file.length;
            TopologyText.Content content = TopologyText.read(file);
            content.lines().forEach(this::apply);
            content.damage().ifPresent(what -> damage(Snapshots.NAME, new Damage(what, true, 0,
                    content.lost())));
            // Groups count from 1, so that 2 is the first that continues a file of format 1.
            expected = content.format() == 1 ? 2 : content.covers().map(covers -> covers + 1)
                    .orElse(segments.isEmpty() ? 1 : segments.firstKey());
            snapshotIsCurrent = content.format() == TopologyText.FORMAT;
            if (!snapshotIsCurrent) {
                strangers(disk, segments);
            }
        } catch (TopologyText.NewerFormat e) {
            throw newer(disk, Snapshots.NAME, e);
        }
    }

    /** An older Gyre has written since: the newer one's earlier files no longer count. */
    private void strangers(Disk disk, NavigableMap<Long, String> segments) throws IOException, DataUnusable {
        for (Map.Entry<Long, String> segment : segments.entrySet()) {
            highest = Math.max(highest, segment.getKey());
            if (!read(disk, segment.getKey(), segment.getValue()).parts().isEmpty()) {
                damage(segment.getValue(), new Damage("an older version of Gyre has written "
                        + Snapshots.NAME + " since", true, 0, Optional.empty()));
            }
        }
        segments.clear();
    }

    private void segments(Disk disk, NavigableMap<Long, String> segments) throws IOException, DataUnusable {
        for (Map.Entry<Long, String> entry : segments.entrySet()) {
            long first = entry.getKey();
            Optional<Long> next = Optional.ofNullable(segments.higherKey(first));
            highest = Math.max(highest, first);
            if (next.isPresent() && next.get() <= expected) {
                // The snapshot has all of it.
                continue;
            }
            if (first > expected) {
                damage(JournalSegment.name(expected),
                        new Damage("the file is missing", false, first - expected,
                        Optional.empty()));
                expected = first;
            }
            JournalText.Content segment = read(disk, first, entry.getValue());
            segment(entry.getValue(), segment, next.orElse(Long.MAX_VALUE));
            last = Optional.of(segment);
            journalLength += segment.good();
        }
        if (snapshotIsCurrent && last.isEmpty()) {
            damage(JournalSegment.name(expected),
                    new Damage("the file is missing", false, 0, Optional.empty()));
        }
    }

    /** @param limit groups of this number and above were abandoned: their writing failed */
    private void segment(String name, JournalText.Content segment, long limit) {
        boolean spoiled = false;
        for (JournalText.Part part : segment.parts()) {
            long sequence = part.sequence().orElse(expected);
            if (sequence < expected && part.damage().isEmpty() || sequence >= limit) {
                continue;
            }
            if (part.damage().isPresent()) {
                spoiled = true;
                damage(name, new Damage("at byte " + part.damage().get().at() + ": "
                        + part.damage().get().what() + " (" + part.lines().size()
                        + " entries of it could be read)", true, 0, Optional.empty()));
            } else {
                missing(name, sequence);
                expected = sequence + 1;
                highest = Math.max(highest, sequence);
            }
            part.lines().forEach(this::apply);
        }
        if (limit != Long.MAX_VALUE) {
            missing(name, limit);
            expected = Math.max(expected, limit);
        } else if (spoiled && segment.parts().get(segment.parts().size() - 1).damage().isPresent()) {
            damage(name, new Damage("its last group is lost", true, 1, Optional.empty()));
        }
    }

    private void missing(String name, long found) {
        if (found > expected) {
            damage(name, new Damage("group " + found + " follows " + (expected - 1), true, found - expected,
                    Optional.empty()));
        }
    }

    private void apply(JournalLine line) {
        line.text().ifPresentOrElse(text -> lines.put(line.key(), text), () -> lines.remove(line.key()));
    }

    private void damage(String name, Damage damage) {
        damaged.merge(name, damage, Damage::and);
    }

    private static JournalText.Content read(Disk disk, long first, String name)
            throws IOException, DataUnusable {
        try {
            return JournalText.read(disk.read(name), first);
        } catch (TopologyText.NewerFormat e) {
            throw newer(disk, name, e);
        }
    }

    private static DataUnusable newer(Disk disk, String name, TopologyText.NewerFormat e) {
        return new DataUnusable(disk.path(name) + " has format " + e.format() + ", this version of Gyre reads"
                + " up to " + e.known() + ": start the newer version again, or move the file away to begin"
                + " from config alone");
    }
}

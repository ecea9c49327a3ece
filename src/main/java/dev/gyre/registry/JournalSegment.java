package dev.gyre.registry;

import java.io.IOException;
import java.util.Collection;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file of the journal that is appended to; its name holds the number of its first group. */
final class JournalSegment {

    static final String TEMPORARY = ".tmp";

    private static final Logger LOG = LoggerFactory.getLogger("gyre.registry");
    private static final Pattern NAME = Pattern.compile("topology\\.journal\\.(\\d{1,18})");

    private final Disk disk;
    private final String name;
    private final Disk.Output file;
    private long length;

    private JournalSegment(Disk disk, String name, Disk.Output file, long length) {
        this.disk = disk;
        this.name = name;
        this.file = file;
        this.length = length;
    }

    static String name(long first) {
        return "topology.journal." + first;
    }

    /** The segments among these names, by the numbers of their first groups. */
    static NavigableMap<Long, String> names(Collection<String> names) {
        NavigableMap<Long, String> segments = new TreeMap<>();
        for (String name : names) {
            Matcher segment = NAME.matcher(name);
            if (segment.matches()) {
                segments.put(Long.parseLong(segment.group(1)), name);
            }
        }
        return segments;
    }

    /** From now on groups of this number and above count only in the new segment. */
    static JournalSegment begin(Disk disk, long first) throws IOException {
        String name = name(first);
        byte[] header = JournalText.header(first);
        Disk.Output file = disk.create(name + TEMPORARY);
        JournalSegment segment = new JournalSegment(disk, name, file, header.length);
        try {
            file.write(header, 0);
            file.force();
            disk.rename(name + TEMPORARY, name);
            disk.sync();
            return segment;
        } catch (IOException e) {
            segment.close();
            throw e;
        }
    }

    /** Continues after the last whole group. */
    static JournalSegment proceed(Disk disk, JournalText.Content read) throws IOException {
        String name = name(read.first());
        Disk.Output file = disk.open(name);
        JournalSegment segment = new JournalSegment(disk, name, file, read.good());
        try {
            if (read.torn()) {
                LOG.info("unfinished write cut off file={} at={}: it was never acknowledged", disk.path(name),
                        read.good());
                file.truncate(read.good());
            }
            // The lines shown from now on must not be lost.
            file.force();
            disk.sync();
            return segment;
        } catch (IOException e) {
            segment.close();
            throw e;
        }
    }

    boolean isEmpty() {
        return length == JournalText.HEADER_LENGTH;
    }

    /** Its name still leads to it. */
    boolean inPlace() throws IOException {
        return file.has(name);
    }

    /** Returns when the group is on the disk. After a failure only {@link #cutBack} may follow. */
    void append(byte[] group) throws IOException {
        file.write(group, length);
        file.force();
        length += group.length;
    }

    /** Removes the rest of a failed append, so that it never counts; false if that failed. */
    boolean cutBack() {
        try {
            file.truncate(length);
            file.force();
            return true;
        } catch (IOException e) {
            LOG.warn("file not truncated file={} reason=\"{}\": a write to it had failed", disk.path(name),
                    disk.reason(e));
            return false;
        }
    }

    void close() {
        try {
            file.close();
        } catch (IOException e) {
            LOG.debug("file not closed file={}", disk.path(name), e);
        }
    }
}

package dev.gyre.registry;

import java.io.IOException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores lines by their keys: a snapshot of all, and segments with the groups of lines that were appended
 * since. A group is on the disk as a whole or not at all. When the segments are as long as the snapshot, a
 * new snapshot replaces them, written in the background while appends continue in a new segment.
 */
final class Journal implements AutoCloseable {

    /** Shorter segments are not worth a snapshot. */
    static final long LEAST_JOURNAL = 1 << 20;
    /** The start reads the whole journal: it is compacted if it is this part of all bytes. */
    private static final int PART_AT_START = 4;

    private static final Logger LOG = LoggerFactory.getLogger("gyre.registry");

    private final Disk disk;
    private final Snapshots snapshots;
    private final Executor background;
    private final DamagedFiles damagedFiles;
    private final AtomicLong journalLength = new AtomicLong();

    /** The lines read, until the disk is known to be writable. */
    private Optional<Recovery> read;
    private Map<String, String> loaded;
    private Optional<JournalSegment> segment = Optional.empty();
    /** May hold a refused group, which would count until a later segment begins. */
    private Optional<JournalSegment> uncut = Optional.empty();
    /** The number of the last group that counts. */
    private long sequence;
    /** The next append begins a snapshot. */
    private boolean wanted;
    /** The files were removed under a running node, and not all of them are there again. */
    private boolean gone;
    private volatile long retryLength;
    private volatile boolean compacting;
    private volatile boolean closed;
    private volatile Optional<String> trouble = Optional.empty();

    private Journal(Disk disk, InstantSource clock, Executor background, Recovery read) {
        this.disk = disk;
        this.snapshots = new Snapshots(disk);
        this.background = background;
        this.damagedFiles = new DamagedFiles(disk, clock, read);
        this.read = Optional.of(read);
        this.loaded = read.lines();
        this.sequence = read.sequence();
    }

    /**
     * Opens also a directory that is not writable: see {@link #trouble}; each append tries again.
     *
     * @param background runs the writing of a snapshot
     * @throws IOException if the existing files cannot be read
     */
    static Journal open(Disk disk, InstantSource clock, Executor background)
            throws IOException, DataUnusable {
        Journal journal = new Journal(disk, clock, background, Recovery.of(disk));
        journal.damagedFiles.log();
        try {
            journal.ready(false);
        } catch (IOException e) {
            journal.trouble = Optional.of(disk.reason(e));
            LOG.error("disk not writable directory={} entries_read={} reason=\"{}\": the node starts"
                            + " with what it can read, and refuses changes until the disk is writable",
                                    disk.path(""),
                    journal.loaded.size(), disk.reason(e));
        }
        return journal;
    }

    /** The latest text of each key, as read at the start; can be taken once, to free the memory. */
    synchronized Map<String, String> load() {
        Map<String, String> lines = loaded;
        loaded = Map.of();
        return lines;
    }

    /** Why the last append, or the opening, failed; empty if it did not. */
    Optional<String> trouble() {
        return trouble;
    }

    /**
     * Returns when all these lines will survive a loss of power. After a failure none of them is there, not
     * even after a restart, unless undoing failed as well; a later append may succeed.
     *
     * @param all the lines of all keys including these, for a snapshot if one is due; may be called later and
     *            on another thread
     */
    synchronized void append(Collection<JournalLine> lines, Supplier<? extends Iterable<JournalLine>> all)
            throws IOException {
        if (lines.isEmpty()) {
            return;
        }
        try {
            ready(true);
            if (gone()) {
                restore(all.get());
            } else {
                write(JournalText.group(sequence + 1, lines));
            }
            sequence++;
        } catch (IOException e) {
            trouble = Optional.of(disk.reason(e));
            throw e;
        }
        trouble = Optional.empty();
        if (wanted || due()) {
            compact(all);
        }
    }

    private boolean due() {
        long length = journalLength.get();
        return !compacting && length >= Math.max(LEAST_JOURNAL, snapshots.length()) && length >= retryLength;
    }

    private void write(byte[] group) throws IOException {
        if (segment.isEmpty()) {
            begin(sequence + 1);
        }
        JournalSegment to = segment.get();
        try {
            to.append(group);
        } catch (IOException | RuntimeException | Error e) {
            // After a failed force the file's content is unknown: later groups go into a new segment.
            segment = Optional.empty();
            uncut = Optional.of(to);
            if (to.cutBack()) {
                leave();
            }
            throw e;
        }
        journalLength.addAndGet(group.length);
    }

    private void begin(long first) throws IOException {
        // Once the new one has its name, groups added to the old one no longer count, whatever fails later.
        segment.ifPresent(JournalSegment::close);
        segment = Optional.empty();
        JournalSegment begun = JournalSegment.begin(disk, first);
        leave();
        segment = Optional.of(begun);
    }

    private void leave() {
        segment.ifPresent(JournalSegment::close);
        segment = Optional.empty();
        uncut.ifPresent(JournalSegment::close);
        uncut = Optional.empty();
    }

    private boolean gone() throws IOException {
        return gone || (segment.isPresent() ? !segment.get().inPlace()
                : !disk.names().contains(Snapshots.NAME));
    }

    /** Everything goes into new files, including the current lines. */
    private void restore(Iterable<JournalLine> all) throws IOException {
        if (!gone) {
            LOG.error("files removed file={}: they vanished while the node runs; it writes everything again",
                    disk.path(Snapshots.NAME));
        }
        gone = true;
        try {
            begin(sequence + 2);
            snapshots.write(all, sequence + 1);
            gone = false;
        } finally {
            if (gone) {
                leave();
            }
        }
    }

    /** Ensures that the files are writable and hold the lines that were read. */
    private void ready(boolean late) throws IOException {
        if (closed) {
            throw new IOException("closed");
        }
        disk.claim();
        if (read.isEmpty()) {
            return;
        }
        Recovery recovery = read.get();
        if (late) {
            unchanged(recovery);
        }
        for (String name : disk.names()) {
            if (name.startsWith("topology.") && name.endsWith(JournalSegment.TEMPORARY)) {
                disk.delete(name);
            }
        }
        damagedFiles.setAside();
        Optional<JournalText.Content> last = recovery.last();
        if (last.isPresent()) {
            segment = Optional.of(JournalSegment.proceed(disk, last.get()));
            journalLength.set(recovery.journalLength());
            snapshots.length(recovery.snapshotLength());
        } else {
            begin(sequence + 1);
            snapshots.write(lines(recovery), sequence);
        }
        read = Optional.empty();
        if (journalLength.get() > JournalText.HEADER_LENGTH
                && journalLength.get() > snapshots.length() / PART_AT_START) {
            compact(() -> lines(recovery));
        }
    }

    /** While nothing could be written here, nothing was locked. */
    private void unchanged(Recovery before) throws IOException {
        try {
            Recovery now = Recovery.of(disk);
            if (!now.lines().equals(before.lines())) {
                throw new IOException("another process has written here since this node has read it: restart"
                        + " this node");
            }
        } catch (DataUnusable e) {
            throw new IOException(e.getMessage());
        }
    }

    private static List<JournalLine> lines(Recovery recovery) {
        return recovery.lines().entrySet().stream()
                .map(line -> JournalLine.of(line.getKey(), line.getValue()))
                .toList();
    }

    /**
     * Begins a snapshot of these lines in the background; later appends continue it. If one is under way
     * already, the next append begins another.
     *
     * @param all as in {@link #append}, including all earlier appends
     */
    synchronized void compact(Supplier<? extends Iterable<JournalLine>> all) {
        wanted = compacting;
        if (closed || compacting || read.isPresent()) {
            return;
        }
        long length = journalLength.get();
        try {
            if (segment.isEmpty() || !segment.get().isEmpty()) {
                begin(sequence + 1);
            }
        } catch (IOException e) {
            postponed(e);
            return;
        }
        compacting = true;
        long covers = sequence;
        try {
            background.execute(() -> compact(all, covers, length));
        } catch (RuntimeException | Error e) {
            // The group before it is on the disk: its writer must not see this failure.
            compacting = false;
            LOG.error("snapshot failed: the journal grows on", e);
        }
    }

    private void compact(Supplier<? extends Iterable<JournalLine>> all, long covers, long length) {
        try {
            snapshots.write(all.get(), covers);
            journalLength.addAndGet(-length);
        } catch (IOException e) {
            postponed(e);
        } catch (RuntimeException | Error e) {
            LOG.error("snapshot failed: the journal grows on", e);
        } finally {
            compacting = false;
        }
    }

    private void postponed(IOException e) {
        retryLength = journalLength.get() + LEAST_JOURNAL;
        if (!closed) {
            LOG.warn("snapshot failed reason=\"{}\": the journal grows on until one succeeds",
                    disk.reason(e));
        }
    }

    /** A snapshot under way is abandoned. */
    @Override
    public void close() {
        closed = true;
        synchronized (this) {
            uncut.ifPresent(JournalSegment::cutBack);
            leave();
        }
        snapshots.close();
    }
}

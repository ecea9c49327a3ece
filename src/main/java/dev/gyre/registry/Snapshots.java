package dev.gyre.registry;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.MessageDigest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes {@code topology.json} in pieces, so that it neither fills the memory nor delays other writes to the
 * disk, and removes the segments of the journal that it covers.
 */
final class Snapshots {

    static final String NAME = "topology.json";

    private static final Logger LOG = LoggerFactory.getLogger("gyre.registry");
    private static final String TEMPORARY = NAME + JournalSegment.TEMPORARY;
    /** Each piece is forced to the disk: a concurrent append then waits for one piece at most. */
    private static final int PIECE = 1 << 20;

    private final Disk disk;
    private long covered = -1;
    private volatile long length;
    private volatile boolean closed;

    Snapshots(Disk disk) {
        this.disk = disk;
    }

    /** The size of the latest one, in bytes. */
    long length() {
        return length;
    }

    void length(long found) {
        length = found;
    }

    /** Returns when the snapshot is on the disk, or a later one already is. */
    synchronized void write(Iterable<JournalLine> lines, long covers) throws IOException {
        if (covers < covered) {
            return;
        }
        long written;
        try (Disk.Output file = disk.create(TEMPORARY)) {
            written = new Writing(file).write(lines, covers);
        } catch (IOException e) {
            // It takes space that appends may need.
            drop();
            throw e;
        }
        disk.rename(TEMPORARY, NAME);
        disk.sync();
        covered = covers;
        length = written;
        // The lowest first: after a crash the rest has no gap.
        for (String name : JournalSegment.names(disk.names()).headMap(covers, true).values()) {
            disk.delete(name);
        }
    }

    private void drop() {
        try {
            disk.delete(TEMPORARY);
        } catch (IOException e) {
            LOG.debug("temporary file left file={}", disk.path(TEMPORARY), e);
        }
    }

    /** Abandons a snapshot under way, and returns when nothing is written any more. */
    void close() {
        closed = true;
        synchronized (this) {
            covered = Long.MAX_VALUE;
        }
    }

    private final class Writing {

        private final Disk.Output file;
        private final MessageDigest sum = TopologyText.sum(TopologyText.FORMAT);
        private final ByteArrayOutputStream piece = new ByteArrayOutputStream();
        private long body;

        Writing(Disk.Output file) {
            this.file = file;
        }

        long write(Iterable<JournalLine> lines, long covers) throws IOException {
            long count = 0;
            piece.writeBytes(TopologyText.opening(covers));
            for (JournalLine line : lines) {
                piece.writeBytes(line.encode());
                piece.write(',');
                piece.write('\n');
                count++;
                if (piece.size() >= PIECE) {
                    flush();
                    file.force();
                }
                if (closed) {
                    throw new IOException("the node is stopping");
                }
            }
            piece.writeBytes(TopologyText.closing(count));
            flush();
            file.write(TopologyText.header(TopologyText.FORMAT, body, sum), 0);
            file.force();
            return TopologyText.HEADER_LENGTH + body;
        }

        private void flush() throws IOException {
            byte[] bytes = piece.toByteArray();
            file.write(bytes, TopologyText.HEADER_LENGTH + body);
            sum.update(bytes);
            body += bytes.length;
            piece.reset();
        }
    }
}

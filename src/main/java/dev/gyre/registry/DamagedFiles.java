package dev.gyre.registry;

import java.io.IOException;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs damaged files, and keeps them for the operator. */
final class DamagedFiles {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.registry");
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Disk disk;
    private final InstantSource clock;
    private final Map<String, Recovery.Damage> damaged;
    private final int entries;
    private boolean kept;

    DamagedFiles(Disk disk, InstantSource clock, Recovery recovery) {
        this.disk = disk;
        this.clock = clock;
        this.damaged = recovery.damaged();
        this.entries = recovery.lines().size();
    }

    void log() {
        damaged.forEach((name, damage) -> LOG.error("file damaged file={} damage=\"{}\" {} entries_read={}:"
                        + " repeat the lost commands, unless other nodes bring them back",
                disk.path(name), damage.what(), lost(damage), entries));
    }

    private static String lost(Recovery.Damage damage) {
        return damage.groups() > 0 ? "groups_lost=" + damage.groups()
                : "entries_lost=" + damage.lines().map(String::valueOf).orElse("unknown");
    }

    /** The name stays with the file until a snapshot takes its place: a crash before that loses nothing. */
    void setAside() throws IOException {
        if (kept) {
            return;
        }
        for (Map.Entry<String, Recovery.Damage> one : damaged.entrySet()) {
            if (one.getValue().there()) {
                String second = free(one.getKey() + ".damaged-" + TIMESTAMP.format(clock.instant()));
                disk.link(one.getKey(), second);
                LOG.info("file set aside file={} as={}", disk.path(one.getKey()), second);
            }
        }
        disk.sync();
        kept = true;
    }

    private String free(String name) throws IOException {
        List<String> taken = disk.names();
        String free = name;
        for (int i = 2; taken.contains(free); i++) {
            free = name + "-" + i;
        }
        return free;
    }
}

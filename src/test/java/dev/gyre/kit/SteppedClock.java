package dev.gyre.kit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The wall clock of one process, stepped while it runs; its monotonic clock and all other processes go on as
 * before. It is libfaketime that does it; where that is not installed the test is skipped.
 */
public final class SteppedClock {

    private static final Path LIBRARIES = Path.of("/usr/lib");
    private static final String LIBRARY = "faketime/libfaketimeMT.so.1";

    private final Path library;
    private final Path offset;

    private SteppedClock(Path library, Path offset) {
        this.library = library;
        this.offset = offset;
    }

    /** A clock that is right so far; what it shows is kept in a file in the directory. */
    public static SteppedClock in(Path directory) throws IOException {
        Optional<Path> library = library();
        assumeTrue(library.isPresent(), "libfaketime is not installed (Debian: apt-get install faketime)");
        SteppedClock clock = new SteppedClock(library.get(), directory.resolve("clock-offset"));
        clock.ahead(Duration.ZERO);
        return clock;
    }

    private static Optional<Path> library() throws IOException {
        if (!Files.isDirectory(LIBRARIES)) {
            return Optional.empty();
        }
        try (Stream<Path> architectures = Files.list(LIBRARIES)) {
            return architectures.map(path -> path.resolve(LIBRARY)).filter(Files::exists).findFirst();
        }
    }

    /** From now on the clock is so much ahead of the right time. */
    public void ahead(Duration by) throws IOException {
        Path fresh = Files.writeString(offset.resolveSibling("clock-offset.tmp"),
                "+" + by.toSeconds() + "\n");
        Files.move(fresh, offset, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The command that runs by this clock what is written after it. */
    List<String> command() {
        return List.of("env", "LD_PRELOAD=" + library, "FAKETIME_TIMESTAMP_FILE=" + offset,
                "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1",
                // Without it every timed wait of the JVM returns at once, and the process spins.
                "FAKETIME_FORCE_MONOTONIC_FIX=0");
    }
}

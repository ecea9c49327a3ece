package dev.gyre;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The JVM flags that {@code target/vertx} sets for the sake of speed, and what it costs to leave one out. */
final class JvmFlags {

    /** Measured: src/bench/FINDINGS.md, "The compiler's time after a start". */
    private static final String REST_OF_INLINING =
            "two fifths more work for the compiler after a start, in spite of the inline limits that are on";
    private static final String ALL_INLINING =
            "twice the work for the compiler after a start, as the inline limits are off too";

    static final List<Flag> WANTED = List.of(
            new Flag("-XX:+UseParallelGC", "-XX:\\+Use\\w+GC", 0,
                    "a tenth more CPU under thousands of connections"),
            new Flag("-XX:InitialRAMPercentage=0.1", "-XX:InitialRAMPercentage=.*|-Xms.*", 0,
                    "a tenth more CPU and 26 MB more memory at rest"),
            new Flag("-XX:MetaspaceSize=64m", "-XX:MetaspaceSize=.*", 0,
                    "a pause of 60 to 100 ms four seconds after the start"),
            new Flag("-XX:FreqInlineSize=100", "-XX:FreqInlineSize=.*", 0,
                    ALL_INLINING, REST_OF_INLINING),
            new Flag("-XX:MaxInlineLevel=9", "-XX:MaxInlineLevel=.*", 0, ALL_INLINING, REST_OF_INLINING),
            new Flag("-XX:InlineSmallCode=1500", "-XX:InlineSmallCode=.*", 0, ALL_INLINING, REST_OF_INLINING),
            new Flag("--sun-misc-unsafe-memory-access=allow", "--sun-misc-unsafe-memory-access=.*", 24,
                    "4 to 8 % more CPU"),
            new Flag("-XX:AOTCache=gyre.aot", "-XX:(AOTCache|SharedArchiveFile)=.*", 25,
                    "a start that takes twice as long"));

    /**
     * One of them.
     *
     * @param setBy what a user may have set instead, who then knows better
     * @param since the first JDK that knows it
     * @param cost of its absence
     * @param costLimited the same where {@link InlineLimits} are on
     */
    record Flag(String text, Pattern setBy, int since, String cost, String costLimited) {

        Flag(String text, String setBy, int since, String cost, String costLimited) {
            this(text, Pattern.compile(setBy), since, cost, costLimited);
        }

        Flag(String text, String setBy, int since, String cost) {
            this(text, setBy, since, cost, cost);
        }

        private boolean missing(List<String> given, int jdk) {
            return jdk >= since && given.stream().noneMatch(word -> setBy.matcher(word).matches());
        }
    }

    private JvmFlags() {
    }

    /**
     * Those that this JVM was started without, with their cost; empty when there are none.
     *
     * @param given what the JVM was started with
     * @param limited the inline limits are on
     */
    static Optional<String> missing(List<String> given, int jdk, boolean limited) {
        List<Flag> missing = WANTED.stream().filter(flag -> flag.missing(given, jdk)).toList();
        return missing.isEmpty() ? Optional.empty() : Optional.of(
                "flags=\"" + missing.stream().map(Flag::text).collect(Collectors.joining(" "))
                + "\" cost=\"" + missing.stream().map(flag -> limited ? flag.costLimited : flag.cost)
                .distinct().collect(Collectors.joining("; ")) + '"');
    }
}

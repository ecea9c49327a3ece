package dev.gyre;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import io.vertx.core.file.FileSystem;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collections;
import java.util.Date;
import java.util.Map;
import java.util.Random;
import java.util.Scanner;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** The calls by which a class gets at the clock, at chance or at the terminal behind its caller's back. */
final class HiddenInputs {

    private static final Map<String, Set<String>> WALL_CLOCK_OR_CHANCE = Map.of(
            System.class.getName(), Set.of("currentTimeMillis"),
            Clock.class.getName(), Set.of("systemUTC", "systemDefaultZone", "system", "tickMillis",
                    "tickSeconds", "tickMinutes"),
            Math.class.getName(), Set.of("random"),
            ThreadLocalRandom.class.getName(), Set.of("current"),
            RandomGenerator.class.getName(), Set.of("getDefault", "of"),
            UUID.class.getName(), Set.of("randomUUID"));

    private static final Set<String> UNSEEDED = Set.of(
            Random.class.getName(), SplittableRandom.class.getName(), Date.class.getName());

    private static final Set<String> LOOK_UPS = Set.of("getLocalHost", "getByName", "getAllByName",
            "getHostName", "getCanonicalHostName", "isReachable");

    private static final Pattern FILES = Pattern.compile(
            "read(String|AllBytes|AllLines)|lines|write(String)?|copy|new[A-Z].*|create(?!Link).*");

    private static final Set<String> OPENED_BY_NAME = Set.of(FileInputStream.class.getName(),
            FileOutputStream.class.getName(), FileReader.class.getName(), FileWriter.class.getName(),
            RandomAccessFile.class.getName(), Scanner.class.getName(), PrintStream.class.getName());

    private HiddenInputs() {
    }

    /** What may wait for a name service; a literal address does not, but nothing here tells. */
    static DescribedPredicate<JavaAccess<?>> nameService() {
        return DescribedPredicate.describe("a look-up of a name", access ->
                owner(access).startsWith("java.net.Inet") && (LOOK_UPS.contains(access.getName())
                        || opensByName(access)));
    }

    private static boolean opensByName(JavaAccess<?> access) {
        return owner(access).equals(InetSocketAddress.class.getName()) && access.getName().equals("<init>")
                && access.getTarget() instanceof CodeUnitAccessTarget target
                && target.getRawParameterTypes().stream().anyMatch(type -> type.isEquivalentTo(String.class));
    }

    /** What opens a file, makes one, or reads one whole; Vert.x's file system among it. */
    static DescribedPredicate<JavaAccess<?>> openFile() {
        return DescribedPredicate.describe("a file that is opened", access ->
                owner(access).equals(Files.class.getName()) && FILES.matcher(access.getName()).matches()
                        || OPENED_BY_NAME.contains(owner(access)) && takesName(access)
                        || owner(access).endsWith("FileChannel") && access.getName().equals("open")
                        || owner(access).equals(FileSystem.class.getName()));
    }

    /** One that takes a descriptor or a stream opens nothing. */
    private static boolean takesName(JavaAccess<?> access) {
        return access.getName().equals("<init>") && access.getTarget() instanceof CodeUnitAccessTarget target
                && target.getRawParameterTypes().stream().limit(1).anyMatch(type ->
                        type.isEquivalentTo(String.class) || type.isEquivalentTo(File.class)
                                || type.isEquivalentTo(Path.class));
    }

    static DescribedPredicate<JavaAccess<?>> standardStreams() {
        return DescribedPredicate.describe("System.out or System.err", access ->
                owner(access).equals(System.class.getName())
                        && Set.of("out", "err").contains(access.getName()));
    }

    static DescribedPredicate<JavaAccess<?>> nanoTime() {
        return DescribedPredicate.describe("System.nanoTime", access ->
                owner(access).equals(System.class.getName()) && access.getName().equals("nanoTime"));
    }

    static DescribedPredicate<JavaAccess<?>> wallClockOrChance() {
        return DescribedPredicate.describe("the wall clock or unseeded randomness", access ->
                WALL_CLOCK_OR_CHANCE.getOrDefault(owner(access), Set.of()).contains(access.getName())
                        || readsSystemClock(access) || isUnseeded(access));
    }

    /** {@code Instant.now()} and its kin, but not {@code now(Clock)}. */
    private static boolean readsSystemClock(JavaAccess<?> access) {
        return owner(access).startsWith("java.time.") && access.getName().equals("now")
                && access.getTarget() instanceof CodeUnitAccessTarget target
                && target.getRawParameterTypes().stream().noneMatch(type -> type.isEquivalentTo(Clock.class));
    }

    private static boolean isUnseeded(JavaAccess<?> access) {
        if (!(access.getTarget() instanceof CodeUnitAccessTarget target)) {
            return false;
        }
        int parameters = target.getRawParameterTypes().size();
        boolean construction = access.getName().equals("<init>") && UNSEEDED.contains(owner(access));
        boolean shuffle = access.getName().equals("shuffle")
                && owner(access).equals(Collections.class.getName());
        return construction && parameters == 0 || shuffle && parameters == 1;
    }

    private static String owner(JavaAccess<?> access) {
        return access.getTargetOwner().getFullName();
    }
}

package dev.gyre.kit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;

/**
 * What a fuzzer has found worth keeping: the files under {@code fuzz/TEST} of the resources. A fuzzed test
 * has its property in {@code public static void fuzzerTestOneInput(byte[])}, where Jazzer looks for it, and
 * the cases it begins with in {@code seeds()}. The suite runs both through it as ordinary cases;
 * {@code src/bench/fuzz} lets Jazzer go on from there.
 */
public final class FuzzCorpus implements ArgumentsProvider {

    private static final Path ROOT = Path.of("src/test/resources/fuzz");

    @Override
    public Stream<? extends Arguments> provideArguments(ExtensionContext context) throws IOException {
        return files(ROOT.resolve(context.getRequiredTestClass().getSimpleName())).stream()
                .map(file -> Arguments.of((Object) bytes(file)));
    }

    private static List<Path> files(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the seeds of a test, named by its class, into a directory. */
    public static void main(String[] testAndDirectory) throws Exception {
        Method seeds = Class.forName(testAndDirectory[0]).getDeclaredMethod("seeds");
        seeds.setAccessible(true);
        Path directory = Files.createDirectories(Path.of(testAndDirectory[1]));
        int number = 0;
        for (Object seed : ((Stream<?>) seeds.invoke(null)).toList()) {
            Files.write(directory.resolve("seed-" + number++), (byte[]) seed);
        }
    }
}

package dev.gyre.kit;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.Deflater;

/**
 * Stands for {@code gyre.jar}: a jar with the manifest entries of the pom whose classes are those under test.
 * They are in it, as in the other: from a directory, each class would need a file that can be opened, and the
 * JVM shares no class of a directory between processes.
 *
 * <p>It is written once for all that run from the same classes, whichever process of tests asks first; one
 * written from other classes is replaced.
 */
final class RunnableJar {

    private static final Pattern ENTRIES =
            Pattern.compile("<manifestEntries>(.*?)</manifestEntries>", Pattern.DOTALL);
    private static final Pattern ENTRY = Pattern.compile("<([A-Za-z-]+)>([^<$]+)</");
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Path JAR = TARGET.resolve("test-gyre.jar");
    private static final Path SOURCES = TARGET.resolve("test-gyre.sources");
    private static final Path LOCK = TARGET.resolve("test-gyre.lock");

    private static boolean ready;

    private RunnableJar() {
    }

    static synchronized Path path() throws IOException {
        prepare();
        return JAR;
    }

    /** A command up to the class path or {@code -jar}: this JVM, quick to start, with these flags beside. */
    static synchronized List<String> java(String... flags) throws IOException {
        prepare();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"));
        if (Files.exists(SharedClasses.of(JAR))) {
            command.add("-XX:SharedArchiveFile=" + SharedClasses.of(JAR));
        }
        command.addAll(List.of(flags));
        return command;
    }

    private static void prepare() throws IOException {
        if (ready) {
            return;
        }
        try (FileChannel channel =
                     FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
             FileLock held = channel.lock()) {
            String sources = sources();
            if (!Files.exists(SOURCES) || !Files.readString(SOURCES).equals(sources)) {
                Files.deleteIfExists(SOURCES);
                write();
                Files.writeString(SOURCES, sources);
            }
            ready = true;
            SharedClasses.record(JAR);
        }
    }

    /** All it is made from, with times and sizes. */
    private static String sources() throws IOException {
        StringBuilder text = new StringBuilder(System.getProperty("java.class.path"));
        for (Path source : Stream.concat(Stream.of(Path.of("pom.xml")), directories()).toList()) {
            for (Path file : files(source)) {
                text.append('\n').append(file).append(' ').append(Files.size(file)).append(' ')
                        .append(Files.getLastModifiedTime(file));
            }
        }
        return text.toString();
    }

    private static Stream<Path> classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator)).map(Path::of);
    }

    private static Stream<Path> directories() {
        return classPath().filter(Files::isDirectory);
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void write() throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        Matcher entries = ENTRIES.matcher(Files.readString(Path.of("pom.xml")));
        if (!entries.find()) {
            throw new AssertionError("no manifestEntries in pom.xml");
        }
        Matcher entry = ENTRY.matcher(entries.group(1));
        while (entry.find()) {
            attributes.putValue(entry.group(1), entry.group(2));
        }
        attributes.put(Attributes.Name.CLASS_PATH, classPath().filter(part -> !Files.isDirectory(part))
                .map(RunnableJar::url).collect(Collectors.joining(" ")));
        Path fresh = Files.createTempFile(TARGET, "test-gyre", ".jar");
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(fresh), manifest)) {
            // What is never read again need not be small.
            jar.setLevel(Deflater.NO_COMPRESSION);
            Set<String> names = new HashSet<>();
            for (Path directory : directories().toList()) {
                add(directory, names, jar);
            }
        }
        Files.move(fresh, JAR, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void add(Path directory, Set<String> names, JarOutputStream jar) throws IOException {
        for (Path file : files(directory)) {
            String name = directory.relativize(file).toString();
            if (names.add(name)) {
                jar.putNextEntry(new JarEntry(name));
                Files.copy(file, jar);
                jar.closeEntry();
            }
        }
    }

    /** Relative to the jar: for its archive of shared classes the JVM understands no other. */
    private static String url(Path file) {
        return Path.of(TARGET.toUri().getRawPath()).relativize(Path.of(file.toUri().getRawPath()))
                .toString();
    }
}

package dev.gyre.kit;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * They are in it, as in the other: from a directory, each class would need a file that can be opened.
 */
final class RunnableJar {

    private static final Pattern ENTRIES =
            Pattern.compile("<manifestEntries>(.*?)</manifestEntries>", Pattern.DOTALL);
    private static final Pattern ENTRY = Pattern.compile("<([A-Za-z-]+)>([^<$]+)</");
    private static final Path JAR = Path.of("target", "test-gyre.jar").toAbsolutePath();

    private static boolean written;

    private RunnableJar() {
    }

    static synchronized Path path() throws IOException {
        if (written) {
            return JAR;
        }
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
        attributes.put(Attributes.Name.CLASS_PATH, Arrays
                .stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(part -> !Files.isDirectory(Path.of(part)))
                .map(RunnableJar::url).collect(Collectors.joining(" ")));
        Path fresh = Files.createTempFile(JAR.getParent(), "test-gyre", ".jar");
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(fresh), manifest)) {
            // What is never read again need not be small.
            jar.setLevel(Deflater.NO_COMPRESSION);
            Set<String> names = new HashSet<>();
            for (String part : System.getProperty("java.class.path").split(File.pathSeparator)) {
                if (Files.isDirectory(Path.of(part))) {
                    add(Path.of(part), names, jar);
                }
            }
        }
        written = true;
        return Files.move(fresh, JAR, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    private static void add(Path directory, Set<String> names, JarOutputStream jar) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(directory)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            String name = directory.relativize(file).toString();
            if (names.add(name)) {
                jar.putNextEntry(new JarEntry(name));
                Files.copy(file, jar);
                jar.closeEntry();
            }
        }
    }

    private static String url(String file) {
        try {
            return new File(file).toURI().toURL().toString();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }
}

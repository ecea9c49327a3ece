package dev.gyre.kit;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Stands for {@code gyre.jar}: a jar with the manifest entries of the pom whose classes are those under test.
 */
final class RunnableJar {

    private static final Pattern ENTRIES =
            Pattern.compile("<manifestEntries>(.*?)</manifestEntries>", Pattern.DOTALL);
    private static final Pattern ENTRY = Pattern.compile("<([A-Za-z-]+)>([^<$]+)</");
    private static final Path JAR = Path.of("target", "test-gyre.jar").toAbsolutePath();

    private RunnableJar() {
    }

    static synchronized Path path() throws IOException {
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
                .map(RunnableJar::url).collect(Collectors.joining(" ")));
        Path fresh = Files.createTempFile(JAR.getParent(), "test-gyre", ".jar");
        new JarOutputStream(Files.newOutputStream(fresh), manifest).close();
        return Files.move(fresh, JAR, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    private static String url(String file) {
        try {
            return new File(file).toURI().toURL().toString();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(e);
        }
    }
}

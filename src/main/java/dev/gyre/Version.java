package dev.gyre;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The versions of Gyre and its libraries, as the build wrote them down. */
final class Version {

    private static final Properties BUILT = load();

    private Version() {
    }

    private static Properties load() {
        Properties properties = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("/gyre.properties")) {
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }

    /** E.g. {@code 0.1.0}. */
    static String gyre() {
        return BUILT.getProperty("version");
    }

    static String line() {
        return "gyre " + gyre() + " (Vert.x " + BUILT.getProperty("vertx") + ", Netty "
                + BUILT.getProperty("netty") + ", JDK " + System.getProperty("java.version") + ")";
    }
}

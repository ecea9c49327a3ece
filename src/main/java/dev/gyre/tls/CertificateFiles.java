package dev.gyre.tls;

import dev.gyre.files.GuardedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of one listener's certificates: pairs that the config names, and those in a directory as certbot,
 * Kubernetes and people lay them out.
 *
 * @param pairs     named one by one
 * @param directory read again each time, so that a pair may come and go
 */
public record CertificateFiles(List<Pair> pairs, Optional<Path> directory) {

    /** Names of a chain and its key, in a directory of their own. */
    private static final List<List<String>> LAYOUTS = List.of(
            List.of("fullchain.pem", "privkey.pem"), List.of("tls.crt", "tls.key"));
    private static final List<String> CHAINS = List.of(".crt", ".pem", ".cer");

    /**
     * A certificate and its key, which may stand in one file.
     *
     * @param password of the key, where that is encrypted
     */
    public record Pair(Path certificate, Path key, Optional<String> password) {
    }

    public CertificateFiles {
        pairs = List.copyOf(pairs);
    }

    /** All pairs there are now. */
    List<Pair> present() throws UnusableCertificate {
        List<Pair> present = new ArrayList<>(pairs);
        if (directory.isPresent()) {
            present.addAll(inside(directory.get()));
        }
        return present;
    }

    private static List<Pair> inside(Path directory) throws UnusableCertificate {
        List<Pair> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(directory)) {
            List<Path> sorted = entries.filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .sorted().toList();
            layout(directory).ifPresent(found::add);
            for (Path entry : sorted) {
                if (Files.isDirectory(entry)) {
                    layout(entry).ifPresent(found::add);
                } else {
                    beside(entry, found).ifPresent(found::add);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            throw new UnusableCertificate(directory + ": cannot be read (" + e.getMessage()
                    + "; expected: a directory of certificates and keys)");
        }
        return found;
    }

    private static Optional<Pair> layout(Path directory) {
        return LAYOUTS.stream().map(names -> new Pair(directory.resolve(names.get(0)),
                        directory.resolve(names.get(1)), Optional.empty()))
                .filter(pair -> Files.exists(pair.certificate()) || Files.exists(pair.key())).findFirst();
    }

    /** {@code NAME.crt} with {@code NAME.key}, or a file that holds both. */
    private static Optional<Pair> beside(Path file, List<Pair> before) {
        String name = file.getFileName().toString();
        if (before.stream().anyMatch(pair -> pair.certificate().equals(file) || pair.key().equals(file))) {
            return Optional.empty();
        }
        return CHAINS.stream().filter(name::endsWith).findFirst().map(end -> {
            Path key = file.resolveSibling(name.substring(0, name.length() - end.length()) + ".key");
            return new Pair(file, Files.exists(key) ? key : file, Optional.empty());
        });
    }

    /** The text of one of the files. */
    static NamedText text(Path file) throws UnusableCertificate {
        try {
            return new NamedText(file.toString(), GuardedFile.text(file, GuardedFile.SHORT));
        } catch (NoSuchFileException e) {
            throw new UnusableCertificate(file + ": no such file");
        } catch (AccessDeniedException e) {
            throw new UnusableCertificate(file + ": permission denied (expected: a file that user "
                    + System.getProperty("user.name") + " may read)");
        } catch (IOException e) {
            throw new UnusableCertificate(file + ": cannot be read: " + e.getMessage());
        }
    }
}

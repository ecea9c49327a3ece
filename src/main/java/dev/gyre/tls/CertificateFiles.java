package dev.gyre.tls;

import dev.gyre.files.GuardedFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The files of one listener's certificates: pairs that the config names, and those in a directory as certbot,
 * cert-manager, Kubernetes and people lay them out.
 *
 * @param pairs     named one by one
 * @param directory read again each time, so that a pair may come and go
 */
public record CertificateFiles(List<Pair> pairs, Optional<Path> directory) {

    private record Layout(String certificate, String key) {
    }

    /** Of certbot, in a directory of its own: beside these lie parts of the chain. */
    private static final Layout CERTBOT = new Layout("fullchain.pem", "privkey.pem");
    private static final List<Layout> LAYOUTS = List.of(CERTBOT, new Layout("tls.crt", "tls.key"));
    private static final List<String> CERTIFICATES = List.of(".crt", ".pem", ".cer");
    /** The second as mkcert names it. */
    private static final List<String> KEYS = List.of(".key", "-key.pem");

    /**
     * A certificate and its key, which may stand in one file.
     *
     * @param password of the key, where that is encrypted
     */
    public record Pair(Path certificate, Path key, Optional<String> password) {

        /** Without the password. */
        @Override
        public String toString() {
            return certificate + " with " + key;
        }

        /** Both files have been removed; a file that cannot be read is still there. */
        private boolean gone() {
            return Files.notExists(certificate) && Files.notExists(key);
        }
    }

    public CertificateFiles {
        pairs = List.copyOf(pairs);
    }

    /**
     * The pairs that there are now.
     *
     * @param fault what is wrong with the directory; its pairs are those from before then
     */
    record Present(List<Pair> pairs, Optional<String> fault) {
    }

    /** @param before those that there were; a pair of the directory stays as long as one of its files does */
    Present present(Collection<Pair> before) {
        if (directory.isEmpty()) {
            return new Present(pairs, Optional.empty());
        }
        try {
            List<Pair> found = inside(directory.get());
            before.stream().filter(pair -> !pair.gone() && found.stream()
                    .noneMatch(other -> other.certificate().equals(pair.certificate()))).forEach(found::add);
            List<Pair> present = merged(found);
            return present.isEmpty() ? new Present(List.copyOf(before), Optional.of(directory.get()
                    + ": no certificate (expected: NAME.crt and NAME.key, NAME.pem and NAME.key, or a"
                    + " directory with tls.crt and tls.key or fullchain.pem and privkey.pem)"))
                    : new Present(present, Optional.empty());
        } catch (UnusableCertificate e) {
            return new Present(merged(before), Optional.of(e.getMessage()));
        }
    }

    /** First those that are named, then others, each certificate once. */
    private List<Pair> merged(Collection<Pair> others) {
        List<Pair> merged = new ArrayList<>(pairs);
        Set<Path> known = pairs.stream().map(Pair::certificate).collect(Collectors.toSet());
        others.stream().sorted(Comparator.comparing(Pair::certificate))
                .filter(pair -> known.add(pair.certificate())).forEach(merged::add);
        return merged;
    }

    private static List<Pair> inside(Path directory) throws UnusableCertificate {
        List<Pair> found = new ArrayList<>();
        boolean certbot = layout(directory, List.of(CERTBOT)).map(found::add).orElse(false);
        for (Path entry : visible(directory)) {
            if (Files.isDirectory(entry)) {
                found.addAll(below(entry));
            } else if (!certbot) {
                beside(entry).or(() -> alone(entry)).ifPresent(found::add);
            }
        }
        return found;
    }

    /** A directory that cannot be listed, such as {@code lost+found}, has none. */
    private static List<Pair> below(Path directory) {
        Optional<Pair> layout = layout(directory, LAYOUTS);
        if (layout.isPresent()) {
            return List.of(layout.get());
        }
        try {
            return visible(directory).stream().filter(entry -> !Files.isDirectory(entry))
                    .flatMap(entry -> beside(entry).stream()).toList();
        } catch (UnusableCertificate e) {
            return List.of();
        }
    }

    /** Without what Kubernetes hides, e.g. {@code ..data}. */
    private static List<Path> visible(Path directory) throws UnusableCertificate {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> !entry.getFileName().toString().startsWith(".")).sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            throw new UnusableCertificate(directory + ": " + reason(e) + " (expected: a directory of"
                    + " certificates and keys that user " + System.getProperty("user.name") + " may list)");
        }
    }

    private static Optional<Pair> layout(Path directory, List<Layout> layouts) {
        return layouts.stream().map(names -> new Pair(directory.resolve(names.certificate()),
                        directory.resolve(names.key()), Optional.empty()))
                .filter(pair -> !pair.gone()).findFirst();
    }

    /** {@code NAME.crt} with {@code NAME.key}. */
    private static Optional<Pair> beside(Path file) {
        return stem(file).flatMap(stem -> KEYS.stream().map(end -> file.resolveSibling(stem + end))
                .filter(key -> !Files.notExists(key)).findFirst()
                .map(key -> new Pair(file, key, Optional.empty())));
    }

    /** The name of a certificate without its end. */
    private static Optional<String> stem(Path file) {
        String name = file.getFileName().toString();
        return KEYS.stream().anyMatch(name::endsWith) ? Optional.empty()
                : CERTIFICATES.stream().filter(name::endsWith).findFirst()
                        .map(end -> name.substring(0, name.length() - end.length()));
    }

    /** A file that holds both, or lacks its key. */
    private static Optional<Pair> alone(Path file) {
        Optional<Path> key = stem(file).map(stem -> file.resolveSibling(stem + KEYS.get(0)));
        if (key.isEmpty()) {
            return Optional.empty();
        }
        try {
            List<Pem> blocks = Pem.read(text(file));
            if (blocks.stream().anyMatch(Pem::isKey)) {
                return Optional.of(new Pair(file, file, Optional.empty()));
            }
            return KeyedCertificate.areAuthorities(file.toString(), blocks) ? Optional.empty()
                    : Optional.of(new Pair(file, key.get(), Optional.empty()));
        } catch (UnusableCertificate e) {
            // Read again with its key, whose lack then counts as a fault.
            return Optional.of(new Pair(file, key.get(), Optional.empty()));
        }
    }

    /** The text of one of the files. */
    static NamedText text(Path file) throws UnusableCertificate {
        try {
            return new NamedText(file.toString(), GuardedFile.text(file, GuardedFile.SHORT));
        } catch (GuardedFile.Irregular e) {
            throw new UnusableCertificate(e.getMessage());
        } catch (IOException e) {
            throw new UnusableCertificate(file + ": " + reason(e) + " (expected: a PEM file that user "
                    + System.getProperty("user.name") + " may read)");
        }
    }

    private static String reason(Exception e) {
        if (e instanceof NoSuchFileException) {
            return "not found";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        return e instanceof NotDirectoryException ? "not a directory" : "cannot be read: " + e.getMessage();
    }
}

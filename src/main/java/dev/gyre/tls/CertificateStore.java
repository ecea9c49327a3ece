package dev.gyre.tls;

import dev.gyre.tls.CertificateFiles.Pair;
import dev.gyre.tls.CertificateFiles.Present;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The certificates of one listener as they are in its files, and as they were where a file is not usable now:
 * a pair that is half written, expired or does not match is served as it was read last. Used on one thread at
 * a time, which may wait for a disk.
 */
public final class CertificateStore {

    /** Most reads of a pair until two agree, so that no pair is judged that is just being replaced. */
    private static final int READS = 3;

    private final CertificateFiles files;
    private final UnknownName unknown;
    private final InstantSource clock;
    /** What each pair was read as last. */
    private Map<Pair, Read> read = new LinkedHashMap<>();

    /**
     * @param digest of both files, to see a change; empty if they could not be read
     * @param good   the last usable one
     * @param fault  what is wrong with the files as they are now
     */
    private record Read(String digest, Optional<KeyedCertificate> good, Optional<String> fault) {
    }

    /** Both files. */
    private record Texts(NamedText certificate, NamedText key) {

        static Texts of(Pair pair) throws UnusableCertificate {
            return new Texts(CertificateFiles.text(pair.certificate()), CertificateFiles.text(pair.key()));
        }

        /** In place of the texts, so that no secret lies about in memory. */
        String digest() {
            try {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                digest.update(certificate.text().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
                return HexFormat.of().formatHex(digest.digest(key.text().getBytes(StandardCharsets.UTF_8)));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /**
     * What a look at the files has found.
     *
     * @param changed the certificates, if others are to be served from now on
     * @param faults  what is wrong with the files now, one line each
     */
    public record Look(Optional<Certificates> changed, List<Fault> faults) {
    }

    /**
     * What is wrong with a pair or a directory.
     *
     * @param source the certificate's file, or the directory
     * @param reason in one line, with the name of the file that is at fault
     * @param served whether what was read before is served
     */
    public record Fault(String source, String reason, boolean served) {
    }

    public CertificateStore(CertificateFiles files, UnknownName unknown, InstantSource clock) {
        this.files = files;
        this.unknown = unknown;
        this.clock = clock;
    }

    /** Reads all files. Only the first look may find nothing to serve. */
    public Look look() {
        List<Fault> faults = new ArrayList<>();
        Present present = files.present(read.keySet());
        present.fault().ifPresent(reason -> faults.add(new Fault(files.directory().orElseThrow().toString(),
                reason, !read.isEmpty())));
        Map<Pair, Read> now = new LinkedHashMap<>();
        present.pairs().forEach(pair -> now.put(pair, read(pair, read.get(pair))));
        now.forEach((pair, one) -> one.fault().ifPresent(reason ->
                faults.add(new Fault(pair.certificate().toString(), reason, one.good().isPresent()))));
        List<KeyedCertificate> before = usable(read);
        List<KeyedCertificate> after = usable(now);
        read = now;
        return new Look(before.equals(after) ? Optional.empty()
                : Optional.of(Certificates.of(after, unknown)), faults);
    }

    private static List<KeyedCertificate> usable(Map<Pair, Read> read) {
        return read.values().stream().flatMap(one -> one.good().stream()).toList();
    }

    private Read read(Pair pair, Read before) {
        Optional<KeyedCertificate> good = before == null ? Optional.empty() : before.good();
        String digest = "";
        try {
            Texts texts = Texts.of(pair);
            digest = texts.digest();
            if (good.isPresent() && before.fault().isEmpty() && before.digest().equals(digest)) {
                good.get().judge(clock.instant());
                return before;
            }
            for (int i = 1; i < READS; i++) {
                Texts again = Texts.of(pair);
                if (again.equals(texts)) {
                    break;
                }
                texts = again;
                digest = texts.digest();
            }
            KeyedCertificate fresh =
                    KeyedCertificate.read(texts.certificate(), texts.key(), pair.password());
            fresh.judge(clock.instant());
            return new Read(digest, Optional.of(fresh), Optional.empty());
        } catch (UnusableCertificate e) {
            return new Read(digest, good, Optional.of(e.getMessage()));
        }
    }
}

package dev.gyre.tls;

import dev.gyre.tls.CertificateFiles.Pair;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The certificates of one listener as they are in its files, and as they were where a file is not usable now:
 * a pair that is half written, expired or does not match keeps serving as it was read last. Used on one
 * thread at a time, which may wait for a disk.
 */
public final class CertificateStore {

    private final CertificateFiles files;
    private final UnknownName unknown;
    private final InstantSource clock;
    /** What each pair was read as last. */
    private Map<Pair, Read> read = new LinkedHashMap<>();

    /**
     * @param texts of both files, to see a change
     * @param good  the last usable one
     * @param fault what is wrong with the files as they are now
     */
    private record Read(List<String> texts, Optional<KeyedCertificate> good, Optional<String> fault) {
    }

    /**
     * What a look at the files has found.
     *
     * @param changed the certificates, if others are to be served from now on
     * @param faults  what keeps files from being used as they are now, one line each
     */
    public record Look(Optional<Certificates> changed, List<String> faults) {
    }

    public CertificateStore(CertificateFiles files, UnknownName unknown, InstantSource clock) {
        this.files = files;
        this.unknown = unknown;
        this.clock = clock;
    }

    public Look look() {
        List<String> faults = new ArrayList<>();
        List<Pair> present;
        try {
            present = files.present();
        } catch (UnusableCertificate e) {
            // As with a file: what was read before goes on.
            faults.add(e.getMessage());
            present = List.copyOf(read.keySet());
        }
        Map<Pair, Read> now = new LinkedHashMap<>();
        present.forEach(pair -> now.put(pair, read(pair, read.get(pair))));
        now.values().forEach(one -> one.fault().ifPresent(faults::add));
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
        List<String> texts = List.of();
        try {
            NamedText certificate = CertificateFiles.text(pair.certificate());
            NamedText key = CertificateFiles.text(pair.key());
            texts = List.of(certificate.text(), key.text());
            if (before != null && before.texts().equals(texts) && before.fault().isEmpty()) {
                return before;
            }
            KeyedCertificate fresh = KeyedCertificate.read(certificate, key, pair.password());
            fresh.judge(clock.instant());
            return new Read(texts, Optional.of(fresh), Optional.empty());
        } catch (UnusableCertificate e) {
            return new Read(texts, good, Optional.of(e.getMessage()));
        }
    }
}

package dev.gyre.tls;

import dev.gyre.model.BackendTls;
import dev.gyre.model.Sha256;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;

/** What stands in the files that a service's TLS settings name, as far as the settings need it. */
record BackendFiles(Optional<NamedText> trust, Optional<NamedText> cert, Optional<NamedText> key,
                    Optional<NamedText> password) {

    /** Blocks. */
    static BackendFiles read(BackendTls settings) throws UnusableCertificate {
        boolean byFile = !settings.trust().equals(BackendTls.SYSTEM) && settings.fingerprint().isEmpty()
                && !settings.insecure();
        return new BackendFiles(byFile ? read(Optional.of(settings.trust())) : Optional.empty(),
                read(settings.cert()), read(settings.key()), read(settings.passwordFile()));
    }

    private static Optional<NamedText> read(Optional<String> file) throws UnusableCertificate {
        return file.isEmpty() ? Optional.empty() : Optional.of(CertificateFiles.text(Path.of(file.get())));
    }

    /** The same for the same contents. */
    String digest() {
        return HexFormat.of().formatHex(Sha256.of(toString()));
    }
}

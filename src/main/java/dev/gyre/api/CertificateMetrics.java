package dev.gyre.api;

/** The metrics of the certificates that clients are served with. */
final class CertificateMetrics {

    private CertificateMetrics() {
    }

    static void write(Observed observed, Exposition to) {
        to.family("gyre_certificate_expiry_timestamp_seconds",
                "When the certificate served for the name ends, in Unix time.");
        observed.certificateStatuses().forEach(one -> to.sample(one.until().getEpochSecond(), "name",
                one.name(), "algorithm", one.algorithm(), "file", one.file()));
        to.family("gyre_certificate_faults",
                "Certificates and directories whose files are not usable now; /ready and the log name them.");
        to.sample(observed.certificateFaults().size());
    }
}

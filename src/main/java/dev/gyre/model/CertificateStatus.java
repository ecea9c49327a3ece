package dev.gyre.model;

import java.time.Instant;

/**
 * A certificate that this node serves clients with.
 *
 * @param name      the first of its names
 * @param file      it was read from
 * @param algorithm of its key: {@code RSA} or {@code EC}
 * @param until     when it ends
 */
public record CertificateStatus(String name, String file, String algorithm, Instant until) {
}

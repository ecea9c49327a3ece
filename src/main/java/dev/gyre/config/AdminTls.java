package dev.gyre.config;

import dev.gyre.config.ListenerTls.CertificatePair;
import dev.gyre.config.ListenerTls.ClientCertificates;
import java.util.Optional;

/**
 * TLS of the admin port.
 *
 * @param pair    what it shows
 * @param clients certificates that let callers in as tokens do; empty: none are asked for
 */
public record AdminTls(CertificatePair pair, Optional<ClientCertificates> clients) {
}

package dev.gyre.model;

import java.util.Optional;

/**
 * What a client's connection is known by under TLS.
 *
 * @param protocol    such as {@code TLSv1.3}
 * @param cipher      name of the cipher suite
 * @param serverName  what the client asked for by SNI, lower case; empty: no name
 * @param certificate what the client showed; empty: nothing
 */
public record ClientTls(String protocol, String cipher, Optional<String> serverName,
        Optional<ClientCertificate> certificate) {
}

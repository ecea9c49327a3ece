package dev.gyre.cli;

import java.util.Optional;

/**
 * Where the admin port of a node is, and how its TLS is checked.
 *
 * @param port        {@code host:port}
 * @param https       the port serves HTTPS
 * @param authorities file of the authorities that may sign the node's certificate; empty: those of the JDK
 * @param certificate file of the certificate to present; empty: none
 * @param key         file of its key
 */
record NodeAddress(String port, boolean https, Optional<String> authorities, Optional<String> certificate,
        Optional<String> key) {

    private static final String HTTP = "http://";
    private static final String HTTPS = "https://";

    /** @param node {@code host:port}, with or without a scheme */
    static NodeAddress of(String node, Optional<String> authorities, Optional<String> certificate,
            Optional<String> key) throws Misused {
        boolean https = node.startsWith(HTTPS);
        String port = https ? node.substring(HTTPS.length()) : node.replaceFirst("^" + HTTP, "");
        if (!port.matches("([^:/\\s]+|\\[[0-9A-Fa-f:.]+]):\\d{1,5}")) {
            throw new Misused("--node: \"" + node + "\" (expected: host:port, e.g. " + CliLine.DEFAULT_NODE
                    + "; https://host:port if it serves HTTPS)");
        }
        NodeAddress address = new NodeAddress(port, https, authorities, certificate, key);
        if (!https && (authorities.isPresent() || certificate.isPresent() || key.isPresent())) {
            throw new Misused("--node: \"" + node + "\", with " + (authorities.isPresent()
                    ? CommandTree.CA : CommandTree.CERT + " or " + CommandTree.KEY) + " (expected: --node "
                    + HTTPS + port + ")");
        }
        if (certificate.isPresent() != key.isPresent()) {
            throw new Misused(certificate.isPresent()
                    ? CommandTree.CERT + " without " + CommandTree.KEY + " (expected: both)"
                    : CommandTree.KEY + " without " + CommandTree.CERT + " (expected: both)");
        }
        return address;
    }

    /** Of a path on this port. */
    String url(String path) {
        return (https ? HTTPS : HTTP) + port + path;
    }

    /** As a person types it. */
    @Override
    public String toString() {
        return https ? HTTPS + port : port;
    }
}

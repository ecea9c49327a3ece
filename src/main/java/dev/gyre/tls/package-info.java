/**
 * TLS: the certificates of this node. {@link dev.gyre.tls.CertificateStore} reads and judges the files of one
 * listener, {@link dev.gyre.tls.Certificates} finds the one for a name,
 * {@link dev.gyre.tls.ServedCertificates} hands it to a handshake.
 */
package dev.gyre.tls;

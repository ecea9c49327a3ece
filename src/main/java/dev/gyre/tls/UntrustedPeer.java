package dev.gyre.tls;

import java.security.cert.CertificateException;

/** The certificate that the other side has shown is not trusted; the message says why, for the operator. */
final class UntrustedPeer extends CertificateException {

    private static final long serialVersionUID = 1;

    UntrustedPeer(String reason) {
        super(reason);
    }
}

package dev.gyre.tls;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** The hosts that a certificate stands for (RFC 6125). */
final class CertificateNames {

    private static final int DNS_NAME = 2;
    private static final int ADDRESS = 7;

    private CertificateNames() {
    }

    /** The alternative names, lower case; without any, as in old certificates, the common name. */
    static Set<String> of(X509Certificate certificate) {
        Set<String> names = alternatives(certificate);
        return names.isEmpty() ? commonNames(certificate) : names;
    }

    /** DNS names and addresses. */
    static Set<String> alternatives(X509Certificate certificate) {
        Set<String> names = new LinkedHashSet<>();
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            if (alternatives != null) {
                alternatives.stream()
                        .filter(one -> one.get(0).equals(DNS_NAME) || one.get(0).equals(ADDRESS))
                        .forEach(one -> names.add(one.get(1).toString().toLowerCase(Locale.ROOT)));
            }
            return names;
        } catch (CertificateException e) {
            return Set.of();
        }
    }

    private static Set<String> commonNames(X509Certificate certificate) {
        Set<String> names = new LinkedHashSet<>();
        try {
            new LdapName(certificate.getSubjectX500Principal().getName()).getRdns().stream()
                    .filter(rdn -> rdn.getType().equalsIgnoreCase("CN")).map(Rdn::getValue)
                    .forEach(name -> names.add(name.toString().toLowerCase(Locale.ROOT)));
            return names;
        } catch (InvalidNameException e) {
            return Set.of();
        }
    }
}

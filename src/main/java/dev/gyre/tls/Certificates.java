package dev.gyre.tls;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * All certificates of one listener, found by the name that a client asks for (RFC 6066, section 3): the exact
 * name first, then a wildcard in place of its first label (RFC 6125, section 6.4.3). Immutable.
 */
public final class Certificates {

    /** By name; of each algorithm the certificate that is valid longest. */
    private final Map<String, List<KeyedCertificate>> byName;
    private final List<KeyedCertificate> all;
    /** For clients that ask for no name or for an unknown one; empty: their handshake fails. */
    private final List<KeyedCertificate> fallback;

    private Certificates(Map<String, List<KeyedCertificate>> byName, List<KeyedCertificate> all,
            UnknownName unknown) {
        this.byName = byName;
        this.all = all;
        this.fallback = unknown.refused() ? List.of()
                : unknown.served().map(this::named)
                        .orElseGet(() -> all.isEmpty() ? List.of() : besides(all.get(0)));
    }

    /** @param all in their order of preference for {@link UnknownName#FIRST} */
    public static Certificates of(List<KeyedCertificate> all, UnknownName unknown) {
        Map<String, Map<String, KeyedCertificate>> byName = new HashMap<>();
        for (KeyedCertificate one : all) {
            for (String name : one.names()) {
                byName.computeIfAbsent(name, any -> new LinkedHashMap<>()).merge(one.algorithm(), one,
                        (a, b) -> b.until().isAfter(a.until()) ? b : a);
            }
        }
        Map<String, List<KeyedCertificate>> lists = new HashMap<>();
        byName.forEach((name, found) -> lists.put(name, List.copyOf(found.values())));
        return new Certificates(lists, List.copyOf(all), unknown);
    }

    public List<KeyedCertificate> all() {
        return all;
    }

    /**
     * The certificates that a client may be served with, at most one of each algorithm; empty: the handshake
     * must fail.
     *
     * @param asked the name that the client asks for, in any case; empty text if it names none
     */
    public List<KeyedCertificate> of(String asked) {
        List<KeyedCertificate> found = named(asked);
        return found.isEmpty() ? fallback : found;
    }

    /** Whether clients that ask for this name are served with a certificate of that name. */
    public boolean covers(String host) {
        return !named(host).isEmpty();
    }

    private List<KeyedCertificate> named(String asked) {
        String name = asked.toLowerCase(Locale.ROOT);
        List<KeyedCertificate> exact = byName.get(name);
        if (exact != null) {
            return exact;
        }
        int dot = name.indexOf('.');
        return dot <= 0 ? List.of() : byName.getOrDefault("*" + name.substring(dot), List.of());
    }

    /** This one, and those of other algorithms with the same first name. */
    private List<KeyedCertificate> besides(KeyedCertificate one) {
        List<KeyedCertificate> found = new ArrayList<>(List.of(one));
        one.names().stream().findFirst().map(byName::get).orElse(List.of()).stream()
                .filter(other -> !other.algorithm().equals(one.algorithm())).forEach(found::add);
        return List.copyOf(found);
    }
}

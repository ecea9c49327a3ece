package dev.gyre.tls;

import java.util.Optional;

/**
 * What happens to a client that asks for no name, or for one that no certificate has.
 *
 * @param refused whether its handshake fails
 * @param served  otherwise the name whose certificates it is served with; empty: the first certificate
 */
public record UnknownName(boolean refused, Optional<String> served) {

    public static final UnknownName FIRST = new UnknownName(false, Optional.empty());
    public static final UnknownName REFUSED = new UnknownName(true, Optional.empty());

    public static UnknownName as(String name) {
        return new UnknownName(false, Optional.of(name));
    }
}

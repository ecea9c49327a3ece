package dev.gyre.upstream;

import dev.gyre.model.BackendId;
import dev.gyre.model.Service;
import dev.gyre.model.Sticky;
import io.vertx.core.MultiMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The cookie value of each backend of a service: those in rotation, and those that drain and still serve the
 * clients that they had before.
 */
record StickyNames(Sticky sticky, Map<String, BackendPool> backends, Map<BackendId, String> names) {

    /**
     * Empty when clients of the service do not keep their backends.
     *
     * @param before its names are reused, because each costs a hash
     */
    static Optional<StickyNames> of(Service service, StickyKey key, List<BackendPool> backends,
                                    Optional<StickyNames> before) {
        Map<BackendId, String> known = before.map(StickyNames::names).orElse(Map.of());
        return service.policy().balance().sticky().map(sticky -> {
            Map<String, BackendPool> byName = new HashMap<>();
            Map<BackendId, String> names = new HashMap<>();
            for (BackendPool backend : backends) {
                String name = Optional.ofNullable(known.get(backend.id()))
                        .orElseGet(() -> key.name(backend.id()));
                byName.put(name, backend);
                names.put(backend.id(), name);
            }
            return new StickyNames(sticky, Map.copyOf(byName), Map.copyOf(names));
        });
    }

    /**
     * The backend a request's cookie names; empty without one, or when it names none of these. Of several
     * cookies the first that names one counts: another, set for a narrower path, may be out of date, and no
     * Set-Cookie of this node takes it away.
     */
    Optional<BackendPool> of(MultiMap requestHeaders) {
        return Cookies.values(requestHeaders, sticky.cookie()).map(backends::get)
                .filter(Objects::nonNull).findFirst();
    }

    /**
     * The Set-Cookie that binds the client of a request to a backend; empty when it is bound already.
     *
     * @param secure the cookie is for https only, by which the request came
     */
    Optional<String> bind(MultiMap requestHeaders, BackendId backend, boolean secure) {
        String name = names.get(backend);
        boolean bound = name == null
                || of(requestHeaders).filter(own -> own.id().equals(backend)).isPresent();
        return bound ? Optional.empty() : Optional.of(sticky.cookie() + "=" + name
                + "; Path=/; HttpOnly; SameSite=Lax" + (secure ? "; Secure" : "")
                + sticky.ttl().map(ttl -> "; Max-Age=" + ttl.toSeconds()).orElse(""));
    }
}

package dev.gyre.model;

import java.util.Optional;

/**
 * Names a backend across services: the same server process may stand in two services, with a pool in each.
 *
 * @param url     of the backend, or of the entry it stems from when that names a host
 * @param address one of the addresses of that host; empty: as the url has it
 */
public record BackendId(String service, BackendUrl url, Optional<String> address) {

    /** Where the URL says it all, and for an entry with all its addresses. */
    public BackendId(String service, BackendUrl url) {
        this(service, url, Optional.empty());
    }

    /** What connections go to; the name stays in the URL, for the Host header. */
    public String host() {
        return address.orElse(url.host());
    }

    /** It is this entry of the registry, or one of its addresses. */
    public boolean isOf(BackendId entry) {
        return service.equals(entry.service) && url.equals(entry.url);
    }

    /** Within its service, as logs name it. */
    public String name() {
        return url + address.map(at -> "@" + at).orElse("");
    }

    @Override
    public String toString() {
        return service + "/" + url + address.map(at -> " at " + at).orElse("");
    }
}

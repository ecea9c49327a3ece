package dev.gyre.model;

/**
 * Names a backend across services: the same server process may stand in two services, with a pool in each.
 */
public record BackendId(String service, BackendUrl url) {

    @Override
    public String toString() {
        return service + "/" + url;
    }
}

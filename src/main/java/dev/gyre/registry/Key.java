package dev.gyre.registry;

import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The key of an entry: a layer and a resource. Config, announced backends and the operator have a layer each;
 * a newer version may have other kinds and layers, which are kept unchanged.
 *
 * @param layer the word of an {@link Origin}, or one of a newer version
 * @param kind  one of the words below, or one of a newer version
 * @param name  a service's name; {@code service url} of a backend; {@code host path} of a route; the stamp of
 *              a change
 */
public record Key(String layer, String kind, String name) implements Comparable<Key> {

    public static final String SERVICE = "service";
    public static final String BACKEND = "backend";
    public static final String ROUTE = "route";
    public static final String CHANGE = "change";

    /** Changes sort last, so that the topology is contiguous. */
    private static final List<String> RANKS = List.of(SERVICE, BACKEND, ROUTE);
    private static final Comparator<Key> ORDER = Comparator.comparingInt(Key::rank).thenComparing(Key::kind)
            .thenComparing(Key::name).thenComparing(Key::layer);

    /** Reads the output of {@link #toString}; empty if it is not a key. */
    static Optional<Key> parse(String text) {
        int first = text.indexOf('/');
        int second = text.indexOf('/', first + 1);
        return first < 0 || second < 0 ? Optional.empty() : Optional.of(new Key(text.substring(0, first),
                text.substring(first + 1, second), text.substring(second + 1)));
    }

    static Key service(Origin layer, String service) {
        return new Key(layer.word(), SERVICE, service);
    }

    static Key backend(Origin layer, String service, BackendUrl url) {
        return new Key(layer.word(), BACKEND, service + " " + url);
    }

    static Key route(Origin layer, String host, String path) {
        return new Key(layer.word(), ROUTE, host + " " + path);
    }

    /** The record of a change, in the layer of its author. */
    static Key change(Origin layer, Stamp stamp) {
        return new Key(layer.word(), CHANGE, stamp.toString());
    }

    /** The same resource in another layer. */
    Key in(Origin other) {
        return new Key(other.word(), kind, name);
    }

    boolean isIn(Origin other) {
        return layer.equals(other.word());
    }

    public boolean isChange() {
        return kind.equals(CHANGE);
    }

    /** Empty for a layer of a newer version. */
    Optional<Origin> origin() {
        return Arrays.stream(Origin.values()).filter(this::isIn).findFirst();
    }

    /** The part before the space of a two-part name: a backend's service, a route's host. */
    String head() {
        return name.substring(0, Math.max(0, name.indexOf(' ')));
    }

    /** The part after it: a backend's URL, a route's path. */
    String tail() {
        return name.substring(name.indexOf(' ') + 1);
    }

    private int rank() {
        int rank = RANKS.indexOf(kind);
        return isChange() ? Integer.MAX_VALUE : rank < 0 ? RANKS.size() : rank;
    }

    @Override
    public int compareTo(Key other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return layer + "/" + kind + "/" + name;
    }
}

package dev.gyre.registry;

import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/**
 * What an entry is about: one layer's say on one thing. Config, backends that announce themselves and the
 * operator have a layer each.
 *
 * @param layer who speaks
 * @param name  a service's name; {@code service url} of a backend; {@code host path} of a route; the stamp of
 *              a change
 */
public record Key(Origin layer, Kind kind, String name) implements Comparable<Key> {

    private static final Comparator<Key> ORDER =
            Comparator.comparing(Key::kind).thenComparing(Key::name).thenComparing(Key::layer);

    /** The kinds of thing the registry holds; changes come last, so that the topology stands together. */
    public enum Kind {
        SERVICE, BACKEND, ROUTE, CHANGE;

        /** The word in files and messages, e.g. {@code backend}. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Kind> of(String word) {
            return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
        }
    }

    static Key service(Origin layer, String service) {
        return new Key(layer, Kind.SERVICE, service);
    }

    static Key backend(Origin layer, String service, BackendUrl url) {
        return new Key(layer, Kind.BACKEND, service + " " + url);
    }

    static Key route(Origin layer, String host, String path) {
        return new Key(layer, Kind.ROUTE, host + " " + path);
    }

    /** The record of a change; whoever made it speaks. */
    static Key change(Origin layer, Stamp stamp) {
        return new Key(layer, Kind.CHANGE, stamp.toString());
    }

    /** The same thing as another layer sees it. */
    Key in(Origin other) {
        return new Key(other, kind, name);
    }

    boolean isChange() {
        return kind == Kind.CHANGE;
    }

    /** What stands before the space of a two-part name: a backend's service, a route's host. */
    String head() {
        return name.substring(0, name.indexOf(' '));
    }

    /** What stands behind it: a backend's URL, a route's path. */
    String tail() {
        return name.substring(name.indexOf(' ') + 1);
    }

    @Override
    public int compareTo(Key other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return layer.word() + "/" + kind.word() + "/" + name;
    }
}

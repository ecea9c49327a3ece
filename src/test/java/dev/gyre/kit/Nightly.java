package dev.gyre.kit;

/** What a build looks for by numbers: a little in every build, more of it with {@code -Pnightly}. */
public final class Nightly {

    private static final boolean ON = Boolean.getBoolean("gyre.nightly");

    private Nightly() {
    }

    /** The first in every build, the second at night. */
    public static int orMore(int build, int night) {
        return ON ? night : build;
    }
}

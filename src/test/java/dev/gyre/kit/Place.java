package dev.gyre.kit;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Where a node of a cluster runs.
 *
 * @param enter   the command that runs there what is written after it; empty: here
 * @param cluster the address by which the nodes reach each other
 * @param traffic the address by which the test reaches the node
 */
public record Place(List<String> enter, String cluster, String traffic) {

    private static final AtomicInteger NEXT = new AtomicInteger();
    private static final int LAST = 250;

    /** Loopback addresses of this process's own, so that two runs on one machine do not meet. */
    static List<Place> loopback(int count) {
        return Stream.generate(Place::ownLoopback).limit(count).toList();
    }

    /** An address that nothing else of this run listens on. */
    public static String ownAddress() {
        long pid = ProcessHandle.current().pid();
        int host = 2 + Math.floorMod(NEXT.getAndIncrement(), LAST);
        return "127." + (64 + (pid >> 8) % 190) + "." + pid % 256 + "." + host;
    }

    private static Place ownLoopback() {
        String address = ownAddress();
        return new Place(List.of(), address, address);
    }
}

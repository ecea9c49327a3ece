package dev.gyre;

import io.vertx.core.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The way to the kernel's sockets: epoll before NIO, with the reasons why a better one was not taken.
 * io_uring is used on request only. Containers often forbid it.
 */
record Transports(Transport chosen, List<String> passedOver) {

    /** Forces one of {@code io_uring}, {@code epoll}, {@code nio}, e.g. to compare them. */
    static final String PROPERTY = "gyre.transport";

    /**
     * Whether Netty keeps one poll armed on a socket of io_uring, or arms one for each read. One that stays
     * armed reports a reset once, and Netty 4.2.18 loses it when it comes while a read is under way: the
     * read's completion says that the socket is empty, as Linux tells of an end but not of a reset that more
     * is to be read, and no further read is made. A poll armed anew looks at the socket's state first.
     */
    private static final String LASTING_POLL = "io.netty.iouring.pollAddMultishotEnabled";

    static {
        // Before Netty's class of io_uring, which reads it, is loaded. What the user has set stays.
        System.setProperty(LASTING_POLL, System.getProperty(LASTING_POLL, "false"));
    }

    static Transports choose() {
        return choose(wanted());
    }

    private static Optional<String> wanted() {
        return Optional.ofNullable(System.getProperty(PROPERTY));
    }

    /** What is wrong with the transport that is asked for. */
    static Optional<String> mistake() {
        return wanted().filter(name -> !List.of("io_uring", "epoll", "nio").contains(name))
                .map(name -> PROPERTY + ": \"" + name + "\" (expected: io_uring, epoll or nio)");
    }

    static Transports choose(Optional<String> wanted) {
        // Where io_uring is forbidden, whoever asked for it gets the next best.
        List<String> acceptable = switch (wanted.orElse("epoll")) {
            case "io_uring" -> List.of("io_uring", "epoll");
            case "epoll" -> List.of("epoll");
            default -> List.of();
        };
        List<String> passedOver = new ArrayList<>();
        for (String name : List.of("io_uring", "epoll")) {
            if (!acceptable.contains(name)) {
                passedOver.add(name + " (not asked for)");
                continue;
            }
            Transport transport = name.equals("epoll") ? Transport.EPOLL : Transport.IO_URING;
            if (transport != null && transport.available()) {
                return new Transports(transport, passedOver);
            }
            passedOver.add(name + " (" + reason(transport) + ")");
        }
        return new Transports(Transport.NIO, passedOver);
    }

    private static String reason(Transport transport) {
        if (transport == null) {
            return "not built for this system";
        }
        Throwable cause = transport.unavailabilityCause();
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause == null || cause.getMessage() == null ? "not available" : cause.getMessage();
        return message.lines().findFirst().orElse("not available");
    }

    /** E.g. {@code epoll, not io_uring (Operation not permitted)}. */
    @Override
    public String toString() {
        return chosen.name() + (passedOver.isEmpty() ? "" : ", not " + String.join(", ", passedOver));
    }
}

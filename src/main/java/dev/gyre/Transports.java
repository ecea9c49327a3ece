package dev.gyre;

import io.vertx.core.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The way to the kernel's sockets: epoll before NIO, with the reasons why a better one was not taken.
 * io_uring is cheaper still, but used on request only: with Netty 4.2.18, bytes that a reset follows at once
 * are sometimes read without the reset, so that a request hangs until its timeout.
 */
record Transports(Transport chosen, List<String> passedOver) {

    /** Forces one of {@code io_uring}, {@code epoll}, {@code nio}, e.g. to compare them. */
    static final String PROPERTY = "gyre.transport";

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
        // Containers often forbid io_uring; whoever asked for it then gets the next best.
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

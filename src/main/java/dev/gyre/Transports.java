package dev.gyre;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The way to the kernel's sockets: io_uring before epoll before NIO, with the reasons why a better one was
 * not taken. Containers often forbid io_uring, and kernels before 5.9 have none that Netty can use.
 */
record Transports(Transport chosen, List<String> passedOver) {

    /** Forces one of {@code io_uring}, {@code epoll}, {@code nio}, e.g. to compare them. */
    static final String PROPERTY = "gyre.transport";

    /**
     * Whether Netty keeps one poll armed on a socket of io_uring, or arms one for each read. One that stays
     * armed reports a reset once, and Netty 4.2.18 loses it when it comes while a read is under way: the
     * read's completion says that the socket is empty (Linux announces more to read at an end, not at a
     * reset), so no further read is made. A poll armed again sees the state of the socket first.
     */
    private static final String LASTING_POLL = "io.netty.iouring.pollAddMultishotEnabled";

    /** Where thousands of connections end at once, room for 4,096 events, the default, brings warnings. */
    private static final Map<String, String> OF_IO_URING = Map.of(LASTING_POLL, "false",
            "io.netty.iouring.cqSize", "16384");

    static {
        // Before Netty's class of io_uring, which reads them, is loaded. What the user has set stays.
        OF_IO_URING.forEach((key, value) -> System.setProperty(key, System.getProperty(key, value)));
    }

    /** Nothing of Gyre's is read through Vert.x's cache of files and class path resources. */
    static VertxOptions withoutFileCache(VertxOptions options) {
        return options.setFileSystemOptions(new FileSystemOptions()
                .setClassPathResolvingEnabled(false).setFileCachingEnabled(false));
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
        // Where io_uring is forbidden, a user that asked for it gets epoll.
        List<String> acceptable = switch (wanted.orElse("io_uring")) {
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
            Optional<String> refusal = refusal(transport);
            if (refusal.isEmpty()) {
                return new Transports(transport, passedOver);
            }
            passedOver.add(name + " (" + refusal.get() + ")");
        }
        return new Transports(Transport.NIO, passedOver);
    }

    private static Optional<String> refusal(Transport transport) {
        if (transport == null || !transport.available()) {
            return Optional.of(reason(transport));
        }
        return transport == Transport.IO_URING ? refusedRing() : Optional.empty();
    }

    /**
     * What Netty calls available has made one small ring. Each event loop takes a large one, and where the
     * memory that a user may lock is bounded, as before Linux 5.12, the last of them may be refused.
     */
    private static Optional<String> refusedRing() {
        try {
            Vertx.builder().with(withoutFileCache(new VertxOptions())).withTransport(Transport.IO_URING)
                    .build().close().toCompletionStage().toCompletableFuture().join();
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of(firstLine(e));
        }
    }

    private static String reason(Transport transport) {
        if (transport == null) {
            return "not built for this system";
        }
        return firstLine(transport.unavailabilityCause());
    }

    private static String firstLine(Throwable failure) {
        Throwable cause = failure;
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

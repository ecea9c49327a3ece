package dev.gyre.log;

import java.util.Locale;
import java.util.function.Consumer;

/** Finds in what is logged that the heap is exhausted, for libraries catch such errors and go on. */
final class OutOfMemory {

    private static final String NAME = OutOfMemoryError.class.getName() + ": ";
    /** Chains of causes may form a ring. */
    private static final int DEEPEST = 20;

    private static volatile Consumer<Throwable> listener = found -> { };

    private OutOfMemory() {
    }

    static void listen(Consumer<Throwable> then) {
        listener = then;
    }

    /** Allocates nothing without a report, and little with one. */
    static void look(Object[] arguments, Throwable thrown) {
        look(thrown);
        if (arguments != null) {
            for (Object argument : arguments) {
                if (argument instanceof Throwable one) {
                    look(one);
                } else if (argument instanceof String text && text.startsWith(NAME)) {
                    // Netty writes one throwable as the stack trace of the other's message.
                    look(new OutOfMemoryError(text.lines().findFirst().orElse("").substring(NAME.length())));
                }
            }
        }
    }

    private static void look(Throwable thrown) {
        Throwable at = thrown;
        for (int depth = 0; at != null && depth < DEEPEST; depth++) {
            if (isOfHeap(at)) {
                listener.accept(at);
                return;
            }
            at = at.getCause();
        }
    }

    /**
     * Direct memory is a budget of its own, and who asked for too much of it is refused alone. So is who asks
     * for an array longer than an array can be.
     */
    private static boolean isOfHeap(Throwable thrown) {
        if (thrown.getClass() != OutOfMemoryError.class) {
            return false;
        }
        String message = String.valueOf(thrown.getMessage());
        return !message.toLowerCase(Locale.ROOT).contains("direct buffer memory")
                && !message.contains("array size exceeds");
    }
}

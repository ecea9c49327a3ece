package dev.gyre;

import dev.gyre.cli.ExitCode;
import dev.gyre.cluster.JoinRefused;
import io.vertx.core.Future;
import java.util.List;

/** The node cannot start, for reasons that its operator can act on; each reason is one line. */
final class StartFailed extends Exception {

    private static final long serialVersionUID = 1L;
    private final transient List<String> reasons;
    private final ExitCode exitCode;

    private StartFailed(ExitCode exitCode, List<String> reasons) {
        super(String.join("; ", reasons), null, false, false);
        this.exitCode = exitCode;
        this.reasons = List.copyOf(reasons);
    }

    /** The config is wrong or cannot be read. */
    static StartFailed badConfig(List<String> reasons) {
        return new StartFailed(ExitCode.MISUSED, reasons);
    }

    /** The config is right, but something on this machine stands in the way. */
    static StartFailed because(String reason) {
        return new StartFailed(ExitCode.FAILED, List.of(reason));
    }

    /** For {@link Future#recover}: the config is right, but something on this machine stands in the way. */
    static <T> Future<T> onThisMachine(Throwable failure) {
        return Future.failedFuture(because(failure.getMessage()));
    }

    /** For {@link Future#recover}: a restart helps if a port is in use, not if the cluster refuses it. */
    static <T> Future<T> notJoined(Throwable failure) {
        return failure instanceof JoinRefused
                ? Future.failedFuture(badConfig(List.of(failure.getMessage()))) : onThisMachine(failure);
    }

    List<String> reasons() {
        return reasons;
    }

    ExitCode exitCode() {
        return exitCode;
    }
}

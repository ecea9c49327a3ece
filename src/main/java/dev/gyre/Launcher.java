package dev.gyre;

import dev.gyre.cli.ExitCode;
import dev.gyre.listener.AcceptFailures;
import dev.gyre.log.LogLimits;
import dev.gyre.vertx.BusWriteFailures;
import dev.gyre.vertx.EventLoops;
import dev.gyre.vertx.GuardedTransport;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.cli.CLI;
import io.vertx.core.cli.CLIException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.LoggerFactory;

/**
 * The command {@code run} of Vert.x, and the setup of a process that runs a node. The methods stand in the
 * order in which they are called. {@link MainVerticle} starts and stops the node itself.
 *
 * <pre>
 *  start  {@link Main} → node: JVM settings, arguments → createVertxBuilder: event loops, transport
 *         → afterStartingVertx: signals, watchdog → MainVerticle.start → serving, or handleDeployFailed
 *  stop   a signal → beforeStoppingVertx → ProxyVerticle.stop of each event loop: ports, clients
 *         → MainVerticle.stop: everything else → afterStoppingVertx: the log, the process
 * </pre>
 */
public final class Launcher extends io.vertx.core.Launcher {

    private static final Transports TRANSPORTS;
    /** Whether this process is Gyre's own, and not one that embeds it. */
    private static volatile boolean own;
    private static volatile boolean serving;

    private volatile Vertx vertx;
    private volatile boolean stopping;
    private final Watchdog watchdog = new Watchdog(this::loopEnds);

    static {
        // Before any class of Netty or Vert.x that reads them is loaded. What the user has set stays.
        Map.of(
                // The adaptive allocator, Netty's default, halves the throughput of large bodies on JDK 25.
                "io.netty.allocator.type", "pooled",
                // The Flight Recorder's classes, for events of that allocator, are a twentieth of a start.
                "io.netty.jfr.enabled", "false",
                // Netty then keeps to its own limit of direct memory; the JVM's holds an event loop for half
                // a second, with collections and sleeps, before it says that there is no more.
                "io.netty.tryReflectionSetAccessible", "true",
                "vertx.logger-delegate-factory-class-name", "io.vertx.core.logging.SLF4JLogDelegateFactory",
                "hazelcast.logging.type", "slf4j",
                // Gyre reads nothing through Vert.x's cache of class path resources.
                "vertx.disableFileCPResolving", "true",
                "vertx.cli.usage.prefix", "java -jar gyre.jar"
        ).forEach((key, value) -> System.setProperty(key, System.getProperty(key, value)));
        TRANSPORTS = Transports.choose();
    }

    static Transports transports() {
        return TRANSPORTS;
    }

    public static void main(String[] args) {
        Main.main(args);
    }

    static void node(List<String> args) {
        begin();
        new Launcher().run(args);
    }

    /** Called first by a process that is Gyre's own. */
    static void begin() {
        own = true;
        logEndsOfThreads(failure -> { });
        InlineLimits.apply();
        Transports.mistake().ifPresent(mistake -> fail(ExitCode.MISUSED, List.of(mistake)));
    }

    private void run(List<String> args) {
        try {
            dispatch(RunArguments.prepare(args).toArray(String[]::new));
        } catch (StartFailed e) {
            fail(e.exitCode(), e.reasons());
        }
    }

    @Override
    public VertxBuilder createVertxBuilder(VertxOptions options) {
        return builder(options);
    }

    /** The one way to make a Vert.x of which event loops serve clients. */
    static VertxBuilder builder(VertxOptions options) {
        return Vertx.builder().with(Transports.withoutFileCache(options))
                .withTransport(GuardedTransport.around(TRANSPORTS.chosen(),
                        new AcceptFailures(System::nanoTime)));
    }

    @Override
    public void afterStartingVertx(Vertx started) {
        vertx = started;
        BusWriteFailures.ignore(started);
        IgnoredSignals.install();
        EventLoops.whenOneEnds(started, watchdog::loopEnded);
        LogLimits.onOutOfMemory(watchdog::thrown);
        logEndsOfThreads(watchdog::thrown);
        watchdog.start();
    }

    private static void logEndsOfThreads(Consumer<Throwable> first) {
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> {
            first.accept(failure);
            LoggerFactory.getLogger("gyre").error("thread ended name={}", thread.getName(), failure);
        });
    }

    private boolean loopEnds() {
        return EventLoops.oneEnds(vertx);
    }

    /**
     * The node serves from now on.
     *
     * @param background threads, by their numbers, that do not serve requests
     */
    static void serving(List<String> background) {
        serving = true;
        if (own) {
            // To start a process takes longer than an event loop may be held up.
            Thread thread = new Thread(() -> stepBack(background), "gyre-step-back");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static void stepBack(List<String> background) {
        try {
            new ThreadPriorities(KernelThread::all, System::nanoTime).stepBack(background);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void handleDeployFailed(Vertx vertx, String verticle, DeploymentOptions options, Throwable cause) {
        if (stopping) {
            LoggerFactory.getLogger("gyre").info("stopped before ready");
            return;
        }
        if (cause instanceof StartFailed failed) {
            fail(failed.exitCode(), failed.reasons());
        }
        if (cause instanceof ClassNotFoundException) {
            String expected = MainVerticle.class.getName();
            fail(ExitCode.MISUSED, List.of("run: no verticle " + verticle + " (expected: " + expected + ")"));
        }
        // A bug: a developer needs the stack trace.
        LoggerFactory.getLogger("gyre").error("cannot start {}", verticle, cause);
        fail(ExitCode.FAILED, List.of("cannot start " + verticle + ": " + cause));
    }

    @Override
    public void beforeStoppingVertx(Vertx running) {
        stopping = true;
        toldToEnd();
        watchdog.stopping();
    }

    /** The process is told to end, perhaps before it was ready. */
    static void toldToEnd() {
        if (!serving) {
            LogProvider.startGivenUp();
        }
    }

    /** Everything has been stopped in order, but the JVM would still report death by a signal. */
    @Override
    public void afterStoppingVertx() {
        // The hook of Vert.x waits for two minutes only; a grace time may be longer.
        vertx.close().await();
        LogProvider.end();
        Runtime.getRuntime().halt(ExitCode.DONE.code());
    }

    @Override
    protected void printSpecificException(CLI cli, Exception e) {
        fail(ExitCode.MISUSED, List.of(cli.getName() + ": " + e.getMessage()));
    }

    @Override
    protected void printGenericExecutionError(CLI cli, CLIException e) {
        fail(ExitCode.MISUSED, List.of(cli.getName() + ": " + e.getMessage()));
    }

    /** Ends the process at once; called while nothing runs yet that would have to be stopped in order. */
    static void fail(ExitCode code, List<String> reasons) {
        try {
            LogProvider.end();
            reasons.forEach(reason -> System.err.println("gyre: " + reason));
            System.err.flush();
        } finally {
            // Without memory the message may be lost; the process must end all the same.
            Runtime.getRuntime().halt(code.code());
        }
    }
}

package dev.gyre.kit;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Gyre in a process of its own, to be killed, stopped and read from; started from the test's class path. */
public final class GyreProcess implements AutoCloseable {

    /**
     * Most of these processes live for a second; they are to start fast, not to run fast. That the machine
     * stood still for two seconds is none of their words.
     */
    private static final String[] QUICK = {
        "-Xmx256m", "-Dorg.slf4j.simpleLogger.log.io.vertx.core.impl.BlockedThreadChecker=off",
        // In the jar that is handed out it is the only one.
        "-Dslf4j.provider=dev.gyre.LogProvider", "-Dslf4j.internal.verbosity=WARN"};
    /**
     * A program in the classic language of BPF: is it io_uring_setup (425), with a number of entries (its
     * first argument) of at least the first word of the command? Then EPERM, or ENOMEM if that is not 0.
     */
    private static final String FORBID_IO_URING = """
            my $least = shift @ARGV;
            my $program = pack('(SCCL)6', 0x20,0,0,0, 0x15,0,3,425, 0x20,0,0,16, 0x35,0,1,$least,
                6,0,0,$least ? 0x0005000c : 0x00050001, 6,0,0,0x7fff0000);
            my $prctl = `uname -m` =~ /aarch64/ ? 167 : 157;
            syscall($prctl, 38, 1, 0, 0, 0) == 0 or die "no_new_privs: $!";
            syscall($prctl, 22, 2, pack('S x6 P', 6, $program)) == 0 or die "seccomp: $!";
            exec @ARGV;
            """;
    private static final String PARTITIONS = "hazelcast.partition.count";
    private static final Pattern LISTENING = Pattern.compile("listening on \\S+:(\\d+),");
    private static final Pattern ADMIN = Pattern.compile("admin on \\S+:(\\d+)");

    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);

    private GyreProcess(Process process) {
        this.process = process;
        Thread reader = new Thread(this::readAll, "gyre-output");
        reader.setDaemon(true);
        reader.start();
    }

    /** The command line after {@code java -jar gyre.jar}, with the given flags of the JVM before it. */
    public static GyreProcess start(List<String> jvm, List<String> arguments) throws IOException {
        return start(command(jvm, arguments));
    }

    /** The same, with a limit of open files. */
    public static GyreProcess limited(int openFiles, List<String> arguments) throws IOException {
        return limited(openFiles, List.of(), arguments);
    }

    /** The same, with the given flags of the JVM. */
    public static GyreProcess limited(int openFiles, List<String> jvm, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>(
                List.of("bash", "-c", "ulimit -n " + openFiles + "; exec \"$@\"", "bash"));
        command.addAll(command(jvm, arguments));
        return start(command);
    }

    /** The same where no other program is to be found. */
    public static GyreProcess withoutPrograms(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("env", "PATH=/nowhere"));
        command.addAll(command(List.of(), arguments));
        return start(command);
    }

    /**
     * The same on a system that forbids io_uring, as the default profile of container runtimes does: a filter
     * in the kernel refuses the call with EPERM. Needs Perl, and x86-64 or AArch64.
     */
    public static GyreProcess withoutIoUring(List<String> jvm, List<String> arguments)
            throws IOException {
        return withoutIoUring(0, jvm, arguments);
    }

    /** The same where only rings of so many entries and more are refused, for want of memory. */
    public static GyreProcess withoutIoUring(int entries, List<String> jvm, List<String> arguments)
            throws IOException {
        List<String> command =
                new ArrayList<>(List.of("perl", "-e", FORBID_IO_URING, Integer.toString(entries)));
        command.addAll(command(jvm, arguments));
        return start(command);
    }

    /** Any command that ends in Gyre. */
    public static GyreProcess start(List<String> command) throws IOException {
        // What a shell starts in the background is deaf to SIGINT, and so is whatever that starts in turn.
        List<String> hearing = new ArrayList<>(List.of("env", "--default-signal=INT,HUP,USR1"));
        hearing.addAll(command);
        return new GyreProcess(new ProcessBuilder(hearing).redirectErrorStream(true).start());
    }

    /** The whole command that starts Gyre, for those who put another before it. */
    static List<String> command(List<String> jvm, List<String> arguments) throws IOException {
        List<String> command = RunnableJar.java(QUICK);
        command.addAll(LeakDetector.flags());
        // All members of a cluster have the same number, those inside the process of tests included.
        Optional.ofNullable(System.getProperty(PARTITIONS))
                .ifPresent(count -> command.add("-D" + PARTITIONS + "=" + count));
        command.addAll(jvm);
        command.addAll(List.of("-jar", RunnableJar.path().toString()));
        command.addAll(arguments);
        return command;
    }

    /**
     * A node with this config, up to the moment it serves. Ports default to free ones on loopback; the
     * config's file and the data directory are in the given directory.
     */
    public static GyreProcess node(Path directory, JsonObject config, String... jvm)
            throws IOException, InterruptedException {
        return node(write(directory, config), jvm);
    }

    /** Writes the file of a node's config, as {@link #node(Path, JsonObject, String...)} does. */
    public static Path write(Path directory, JsonObject config) throws IOException {
        JsonObject listener = new JsonObject().put("host", "127.0.0.1").put("port", 0);
        JsonObject complete = new JsonObject()
                .put("listeners", new JsonArray().add(listener))
                .put("admin", new JsonObject().put("port", 0))
                .put("instances", 2)
                .put("data", directory.resolve("data").toString())
                .mergeIn(config);
        return Files.writeString(directory.resolve("gyre.json"), complete.encodePrettily());
    }

    /** A node with this config file, up to the moment it serves. */
    public static GyreProcess node(Path config, String... jvm) throws IOException, InterruptedException {
        GyreProcess node = start(List.of(jvm),
                List.of("run", "dev.gyre.MainVerticle", "-conf", config.toString()));
        node.await("ready after");
        return node;
    }

    private void readAll() {
        try (BufferedReader out = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.contains(" LEAK: ")) {
                    LeakDetector.found("in process " + process.pid() + ": " + line);
                }
                synchronized (lines) {
                    lines.add(line);
                    lines.notifyAll();
                }
            }
        } catch (IOException e) {
            // The process was killed in the middle of a line.
        } finally {
            ended.countDown();
            synchronized (lines) {
                lines.notifyAll();
            }
        }
    }

    /** The first line that contains the text, waiting for it. */
    public String await(String text) throws InterruptedException {
        long until = System.nanoTime() + Await.PATIENCE.toNanos();
        synchronized (lines) {
            while (true) {
                for (String line : lines) {
                    if (line.contains(text)) {
                        return line;
                    }
                }
                long left = (until - System.nanoTime()) / 1_000_000;
                if (left <= 0 || ended.getCount() == 0) {
                    throw new AssertionError("no line with \"" + text + "\" in:\n" + text());
                }
                lines.wait(left);
            }
        }
    }

    /** All that was printed so far, on standard output and standard error. */
    public List<String> output() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }

    public int port() throws InterruptedException {
        return number(LISTENING, await("listening on"));
    }

    public int adminPort() throws InterruptedException {
        return number(ADMIN, await("admin on"));
    }

    private static int number(Pattern pattern, String line) {
        Matcher matcher = pattern.matcher(line);
        if (!matcher.find()) {
            throw new AssertionError("no port in: " + line);
        }
        return Integer.parseInt(matcher.group(1));
    }

    public long pid() {
        return process.pid();
    }

    public Admin admin() throws InterruptedException {
        return new Admin(adminPort());
    }

    /** All that was printed, as one text. */
    public String text() {
        return String.join("\n", output());
    }

    /** SIGINT, as by Ctrl-C. */
    public void interrupt() throws IOException, InterruptedException {
        signal("INT");
    }

    /** SIGTERM; not by {@link Process#destroy}, which would lose what is printed from then on. */
    public void terminate() throws IOException, InterruptedException {
        signal("TERM");
    }

    /** SIGSTOP: the process stands still, its sockets stay open. */
    public void freeze() throws IOException, InterruptedException {
        signal("STOP");
    }

    /** SIGCONT. */
    public void thaw() throws IOException, InterruptedException {
        signal("CONT");
    }

    /** Any other signal, by its name without SIG. */
    public void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
    }

    /** SIGKILL, and waits until it is dead. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** The exit code, waiting for the end. */
    public int exitCode() throws InterruptedException {
        if (!process.waitFor(Await.SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("still running:\n" + text());
        }
        ended.await(Await.SECONDS, TimeUnit.SECONDS);
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}

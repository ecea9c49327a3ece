package dev.gyre.kit;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One node of a cluster, in a process of its own: ended in any way and started again in the same place, with
 * the same ports and the same data.
 */
public final class ClusterNode implements AutoCloseable {

    public static final int CLUSTER_PORT = 5701;
    private static final int BUS_PORT = 15701;
    private static final String TOKEN = "token-of-the-test";

    private final Path directory;
    private final Place place;
    private final JsonObject config;
    private final JsonObject own = new JsonObject();
    private List<String> under = List.of();
    private Optional<GyreProcess> process = Optional.empty();
    private int port;
    private int adminPort;

    /**
     * @param config what all nodes have in common, with the cluster's name, members and secret
     */
    ClusterNode(Path directory, Place place, JsonObject config) {
        this.directory = directory;
        this.place = place;
        this.config = config;
    }

    /** For its next starts: runs it by this command, e.g. {@code env NAME=value}. */
    public void under(List<String> command) {
        under = command;
    }

    /** From the next start on it runs by this clock. */
    public void by(SteppedClock clock) {
        under = clock.command();
    }

    /** Starts it as a node of the cluster; it serves when {@link #awaitReady} returns. */
    public void start() throws IOException {
        launch("-cluster");
    }

    /** Starts it as a node on its own, whatever its config says of a cluster. */
    public void startAlone() throws IOException {
        launch();
    }

    private void launch(String... options) throws IOException {
        if (isRunning()) {
            throw new IllegalStateException(this + " runs already");
        }
        List<String> arguments = new ArrayList<>(
                List.of("run", "dev.gyre.MainVerticle", "-conf", writeConfig().toString()));
        arguments.addAll(List.of(options));
        List<String> command = new ArrayList<>(place.enter());
        command.addAll(under);
        command.addAll(GyreProcess.command(List.of(), arguments));
        process = Optional.of(GyreProcess.start(command));
    }

    /** What this node has beside, or in place of, what all have; counts from its next start on. */
    public JsonObject config() {
        return own;
    }

    private Path writeConfig() throws IOException {
        JsonObject own = config.copy().mergeIn(this.own.copy(), true)
                .put("listeners", new JsonArray()
                        .add(new JsonObject().put("host", place.traffic()).put("port", port)))
                .put("admin", new JsonObject()
                        .put("host", place.traffic()).put("port", adminPort).put("token", TOKEN));
        own.getJsonObject("cluster")
                .put("host", place.cluster()).put("port", CLUSTER_PORT).put("eventBusPort", BUS_PORT);
        Files.createDirectories(directory);
        return GyreProcess.write(directory, own);
    }

    /** Returns once it serves; the ports it was given then stay its own. */
    public void awaitReady() throws InterruptedException {
        process().await("ready after");
        port = process().port();
        adminPort = process().adminPort();
    }

    public boolean isRunning() {
        return process.isPresent();
    }

    private GyreProcess process() {
        return process.orElseThrow(() -> new IllegalStateException(this + " does not run"));
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        process().kill();
        process = Optional.empty();
    }

    /** SIGTERM, and waits for the end, which must be in good order. */
    public void stop() throws IOException, InterruptedException {
        process().terminate();
        awaitStopped();
    }

    /** SIGTERM, without waiting. */
    public void terminate() throws IOException, InterruptedException {
        process().terminate();
    }

    /** Waits for the end of a start that fails, and returns its exit code. */
    public int awaitRefused() throws InterruptedException {
        return process().exitCode();
    }

    /** Where it keeps its data. */
    public Path data() {
        return directory.resolve("data");
    }

    /** What {@code /ready} says, without its status. */
    public String readiness() throws IOException {
        return admin().get("/ready").body();
    }

    /** Waits for the end, which must be in good order. */
    public void awaitStopped() throws InterruptedException {
        int code = process().exitCode();
        if (code != 0) {
            throw new AssertionError(this + " ended with " + code + ":\n" + process().text());
        }
        process = Optional.empty();
    }

    /** SIGSTOP: it stands still, its sockets stay open. */
    public void freeze() throws IOException, InterruptedException {
        process().freeze();
    }

    /** SIGCONT. */
    public void thaw() throws IOException, InterruptedException {
        process().thaw();
    }

    /** Deletes all it has written; it must not run. */
    public void loseDisk() throws IOException {
        if (isRunning()) {
            throw new IllegalStateException(this + " still runs");
        }
        try (Stream<Path> files = Files.walk(directory.resolve("data"))) {
            files.sorted(Comparator.reverseOrder()).forEach(ClusterNode::delete);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Admin admin() {
        return new Admin(place.traffic(), adminPort, Optional.of(TOKEN));
    }

    /** The reply of a command that has only a name. */
    public JsonObject ask(String command) throws IOException {
        return admin().command(new JsonObject().put("command", command));
    }

    /**
     * Services and routes as it serves them, with their version, which is equal on two nodes only when each
     * entry has the same stamp.
     */
    public JsonObject view() throws IOException {
        return ask("topology.get");
    }

    /** The backends of a service as it serves them, by URL. */
    public Map<String, JsonObject> backends(String service) throws IOException {
        return view().getJsonObject("services").getJsonObject(service).getJsonArray("backends").stream()
                .map(JsonObject.class::cast)
                .collect(Collectors.toMap(row -> row.getString("url"), row -> row));
    }

    /** Where clients connect. */
    public SocketAddress listener() {
        return SocketAddress.inetSocketAddress(port, place.traffic());
    }

    /** Users of this node alone. */
    public Load load(int users, int perSecond) {
        return Load.of(List.of(listener()), users, perSecond);
    }

    /** All the running process has printed. */
    public String text() {
        return process().text();
    }

    public long pid() {
        return process().pid();
    }

    public Place place() {
        return place;
    }

    @Override
    public String toString() {
        return "node " + directory.getFileName();
    }

    @Override
    public void close() {
        process.ifPresent(GyreProcess::close);
        process = Optional.empty();
    }
}

package dev.gyre.kit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Places for nodes whose links can really be cut, made of Linux network namespaces:
 *
 * <pre>
 *   test (root namespace) ── 198.18.x.254 ──┐
 *                                           │ bridge "traffic" ──── 198.18.x.1, .2, …  each node
 *   hub (a namespace of its own) ───────────┤
 *                                           │ bridge "side0" "side1" … ── 10.201.0.1, .2, …  each node
 * </pre>
 *
 * Nodes whose cluster links hang on the same side reach each other; those on different sides are parted
 * without either end being told, as by a switch that fails. Nothing leads out of the laboratory: no namespace
 * has a route but to its own two networks. It needs root; elsewhere the test is skipped with the reason,
 * unless {@code GYRE_NETWORK_LAB=required}. One laboratory at a time for each process.
 */
public final class NetworkLab implements AutoCloseable {

    private static final String PREFIX = "gyre-lab-";
    private static final Pattern NAMESPACE = Pattern.compile("gyre-lab-(\\d+)-\\w+");
    private static final long OWN_PID = ProcessHandle.current().pid();
    private static final String LINK = "gyre" + OWN_PID;
    private static final String HUB = PREFIX + OWN_PID + "-hub";
    /** A hardware address of nobody's. */
    private static final String NOBODY = "02:00:00:00:0f:0f";
    private static final boolean REQUIRED = "required".equals(System.getenv("GYRE_NETWORK_LAB"));

    private final int nodes;
    private final String traffic;

    private NetworkLab(int nodes, String traffic) {
        this.nodes = nodes;
        this.traffic = traffic;
    }

    /** With all nodes on one side. */
    public static NetworkLab of(int nodes) throws Exception {
        Optional<String> obstacle = obstacle();
        assumeTrue(REQUIRED || obstacle.isEmpty(), () -> "no network namespaces: " + obstacle.get());
        sweep();
        NetworkLab lab = new NetworkLab(nodes, freeNetwork());
        try {
            lab.build();
            return lab;
        } catch (Exception | AssertionError e) {
            lab.close();
            throw e;
        }
    }

    private static Optional<String> obstacle() throws InterruptedException {
        String probe = PREFIX + OWN_PID + "-probe";
        try {
            Said said = run(List.of("ip", "netns", "add", probe));
            if (said.code() != 0) {
                return Optional.of(said.text().strip() + " (root may)");
            }
            ip("netns", "del", probe);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of("no command ip (Debian: apt-get install iproute2)");
        }
    }

    /** The first network of 198.18.0.0/16, set aside for tests by RFC 2544, that is not in use here. */
    private static String freeNetwork() throws SocketException {
        List<String> taken = Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                .flatMap(link -> link.inetAddresses().map(InetAddress::getHostAddress)).toList();
        return IntStream.range(0, 256).mapToObj(i -> "198.18." + (OWN_PID + i) % 256 + ".")
                .filter(network -> taken.stream().noneMatch(address -> address.startsWith(network)))
                .findFirst().orElseThrow(() -> new AssertionError("198.18.0.0/16 is full: " + taken));
    }

    private void build() throws IOException, InterruptedException {
        ip("netns", "add", HUB);
        bridge("traffic");
        for (int side = 0; side < nodes; side++) {
            bridge("side" + side);
        }
        for (int node = 0; node < nodes; node++) {
            ip("netns", "add", namespace(node));
            ip("-n", namespace(node), "link", "set", "lo", "up");
            cable(node, "cluster", clusterAddress(node), "side0");
            cable(node, "traffic", trafficAddress(node), "traffic");
        }
        ip("link", "add", LINK, "type", "veth", "peer", "name", "test", "netns", HUB);
        ip("-n", HUB, "link", "set", "test", "master", "traffic", "addrgenmode", "none", "up");
        ip("addr", "add", origins() + "/24", "dev", LINK);
        ip("link", "set", LINK, "addrgenmode", "none", "up");
    }

    private static void bridge(String name) throws IOException, InterruptedException {
        ip("-n", HUB, "link", "add", name, "type", "bridge");
        ip("-n", HUB, "link", "set", name, "addrgenmode", "none", "up");
    }

    private static void cable(int node, String network, String address, String bridge)
            throws IOException, InterruptedException {
        String there = network + "-" + node;
        ip("-n", namespace(node), "link", "add", network, "type", "veth",
                "peer", "name", there, "netns", HUB);
        ip("-n", HUB, "link", "set", there, "master", bridge, "addrgenmode", "none", "up");
        ip("-n", namespace(node), "addr", "add", address + "/24", "dev", network);
        ip("-n", namespace(node), "link", "set", network, "addrgenmode", "none", "up");
    }

    private static String namespace(int node) {
        return PREFIX + OWN_PID + "-n" + node;
    }

    private static String clusterAddress(int node) {
        return "10.201.0." + (node + 1);
    }

    private String trafficAddress(int node) {
        return traffic + (node + 1);
    }

    /** The test's own address on the traffic network, where the nodes find the origins. */
    public String origins() {
        return traffic + "254";
    }

    /** One for each node. */
    public List<Place> places() {
        return IntStream.range(0, nodes).mapToObj(node -> new Place(
                List.of("ip", "netns", "exec", namespace(node)),
                clusterAddress(node), trafficAddress(node))).toList();
    }

    /**
     * Cuts and joins the cluster network. Connections are not told, and traffic goes on.
     *
     * @param sides of each node in turn: {@code split(0, 0, 1)} parts the third from the others
     */
    public void split(int... sides) throws IOException, InterruptedException {
        if (sides.length != nodes) {
            throw new IllegalArgumentException(Arrays.toString(sides) + " (expected: " + nodes + " sides)");
        }
        for (int node = 0; node < nodes; node++) {
            ip("-n", HUB, "link", "set", "cluster-" + node, "master", "side" + sides[node]);
        }
    }

    /**
     * From now on nothing that one node sends over the cluster network arrives at another; what that one
     * sends arrives, and neither is told.
     */
    public void mute(int from, int to) throws IOException, InterruptedException {
        // Sent to a neighbour that nobody is: the bridge gives it to all, and nobody takes it.
        ip("-n", namespace(from), "neigh", "replace", clusterAddress(to), "lladdr", NOBODY,
                "nud", "permanent", "dev", "cluster");
    }

    /** All on one side again, and heard by all. */
    public void heal() throws IOException, InterruptedException {
        for (int node = 0; node < nodes; node++) {
            // Those that were never learnt by asking, and no others.
            ip("-n", namespace(node), "neigh", "flush", "nud", "permanent", "dev", "cluster");
        }
        split(new int[nodes]);
    }

    /** Whether a packet from one node finds its way to another and back, over the cluster network. */
    public boolean reaches(int from, int to) throws IOException, InterruptedException {
        // Nothing listens on port 9 there: who gets through is refused, who does not waits in vain.
        return run(List.of("ip", "netns", "exec", namespace(from), "env", "LC_ALL=C", "timeout", "1",
                "bash", "-c", ": < /dev/tcp/" + clusterAddress(to) + "/9")).text().contains("refused");
    }

    /** Takes away everything, with all that still runs inside. */
    @Override
    public void close() {
        try {
            for (String namespace : namespaces()) {
                if (namespace.startsWith(PREFIX + OWN_PID + "-")) {
                    remove(namespace);
                }
            }
            // Goes with its peer in the hub, but only some time after that.
            run(List.of("ip", "link", "del", LINK));
        } catch (IOException e) {
            throw new AssertionError("the laboratory could not be taken away", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes away what runs that were killed have left. */
    private static void sweep() throws IOException, InterruptedException {
        for (String namespace : namespaces()) {
            Matcher name = NAMESPACE.matcher(namespace);
            if (name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
                remove(namespace);
            }
        }
    }

    static List<String> namespaces() throws IOException, InterruptedException {
        return ip("netns", "list").lines().map(line -> line.split(" ")[0])
                .filter(name -> name.startsWith(PREFIX)).toList();
    }

    private static void remove(String namespace) throws IOException, InterruptedException {
        // A namespace lives on, without a name, for as long as a process is in it.
        for (String pid : ip("netns", "pids", namespace).split("\\s+")) {
            if (!pid.isEmpty()) {
                run(List.of("kill", "-KILL", pid));
            }
        }
        ip("netns", "del", namespace);
    }

    private record Said(int code, String text) { }

    static String ip(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(Arrays.asList(arguments));
        Said said = run(command);
        if (said.code() != 0) {
            throw new AssertionError(String.join(" ", command) + ": " + said.text());
        }
        return said.text();
    }

    private static Said run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(Await.SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still running: " + String.join(" ", command));
        }
        return new Said(process.exitValue(), text);
    }
}

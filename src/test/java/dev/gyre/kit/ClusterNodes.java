package dev.gyre.kit;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Nodes that are to be one cluster, in processes of their own. Service "web", which every route leads to,
 * holds the given origins; service "spare" is without traffic, for changes that are to disturb nobody.
 */
public final class ClusterNodes implements AutoCloseable {

    public static final String NAME = "gyre-test-" + ProcessHandle.current().pid();

    private final List<ClusterNode> nodes;
    private final JsonObject config;

    private ClusterNodes(Path directory, List<Place> places, Origin... origins) {
        JsonArray members = new JsonArray();
        places.forEach(place -> members.add(place.cluster() + ":" + ClusterNode.CLUSTER_PORT));
        config = config(origins).put("cluster", new JsonObject()
                .put("name", NAME).put("members", members).put("secret", "secret-of-the-test"));
        nodes = IntStream.range(0, places.size())
                .mapToObj(i -> new ClusterNode(directory.resolve(Integer.toString(i)), places.get(i), config))
                .toList();
    }

    private static JsonObject config(Origin... origins) {
        JsonArray backends = new JsonArray();
        for (Origin origin : origins) {
            backends.add(origin.url());
        }
        return new JsonObject()
                .put("grace", "5s")
                .put("services", new JsonObject()
                        .put("web", new JsonObject().put("backends", backends))
                        .put("spare", new JsonObject().put("backends", new JsonArray())))
                .put("routes", new JsonArray().add(new JsonObject()
                        .put("host", "*").put("path", "/*").put("service", "web")));
    }

    /** On loopback addresses of their own; not started yet. */
    public static ClusterNodes onLoopback(Path directory, int count, Origin... origins) {
        return new ClusterNodes(directory, Place.loopback(count), origins);
    }

    /** One in each place of the laboratory; not started yet. */
    public static ClusterNodes in(NetworkLab lab, Path directory, Origin... origins) {
        return new ClusterNodes(directory, lab.places(), origins);
    }

    /** What all nodes have in common, to be changed before they start. */
    public JsonObject config() {
        return config;
    }

    public ClusterNode node(int index) {
        return nodes.get(index);
    }

    public List<ClusterNode> all() {
        return nodes;
    }

    private List<ClusterNode> running() {
        return nodes.stream().filter(ClusterNode::isRunning).toList();
    }

    /** Starts all at once, and returns when they serve and have met; where they do not, none is left. */
    public ClusterNodes start() throws Exception {
        boolean together = false;
        try {
            complete();
            together = true;
            return this;
        } finally {
            if (!together) {
                close();
            }
        }
    }

    /** Starts those that do not run, all at once, and returns when all serve and have met. */
    public void complete() throws Exception {
        List<ClusterNode> missing = nodes.stream().filter(node -> !node.isRunning()).toList();
        for (ClusterNode node : missing) {
            node.start();
        }
        for (ClusterNode node : missing) {
            node.awaitReady();
        }
        awaitTogether();
    }

    /** Starts one, and returns when it serves and all that run have met. */
    public void restart(ClusterNode node) throws Exception {
        node.start();
        node.awaitReady();
        awaitTogether();
    }

    /** Returns once every running node sees all that run, and says that they agree. */
    public void awaitTogether() throws Exception {
        List<ClusterNode> running = running();
        Await.until(() -> "all together: " + statuses(), () -> {
            for (ClusterNode node : running) {
                JsonObject status = node.ask("cluster.status");
                if (status.getInteger("nodes") != running.size()
                        || !status.getJsonArray("disagreeing").isEmpty()) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Returns once a node sees exactly so many, itself among them. */
    public static void awaitSize(ClusterNode node, int size) throws Exception {
        Await.until(() -> node + " among " + size,
                () -> node.ask("cluster.status").getInteger("nodes") == size);
    }

    /** How each running node sees the cluster. */
    @Override
    public String toString() {
        return statuses();
    }

    private String statuses() {
        StringBuilder text = new StringBuilder();
        for (ClusterNode node : running()) {
            try {
                text.append("\n  ").append(node).append(": ").append(node.ask("cluster.status").encode());
            } catch (IOException e) {
                text.append("\n  ").append(node).append(": ").append(e);
            }
        }
        return text.toString();
    }

    /** Returns once all running nodes have equal views, and fails if they never have. */
    public void awaitSameView() throws Exception {
        Await.until(() -> "equal views: " + statuses(), () -> {
            List<ClusterNode> running = running();
            JsonObject first = running.get(0).view();
            for (ClusterNode node : running.subList(1, running.size())) {
                if (!node.view().equals(first)) {
                    return false;
                }
            }
            return true;
        });
    }

    @Override
    public void close() {
        nodes.forEach(ClusterNode::close);
    }
}

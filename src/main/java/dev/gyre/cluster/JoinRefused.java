package dev.gyre.cluster;

/** This node must not be a member; the operator has to change something first. */
public final class JoinRefused extends Exception {

    private static final long serialVersionUID = 1L;
    private final boolean twin;

    private JoinRefused(String message, boolean twin) {
        super(message, null, false, false);
        this.twin = twin;
    }

    /** Another running process has this node's id. */
    static JoinRefused twin(Heartbeat other, String data) {
        return new JoinRefused("node id " + other.id() + " is in use by node " + other.node().name() + " at "
                + other.node().address() + ": delete the file node-id of the copied directory " + data, true);
    }

    static JoinRefused otherSecret(Iterable<String> addresses) {
        return new JoinRefused("cluster.secret differs from that of the nodes at "
                + String.join(", ", addresses) + ": they refuse what this node signs, and this node refuses"
                + " what they sign (expected: the same secret on all nodes)", false);
    }

    /** The node must not even start. */
    public boolean isTwin() {
        return twin;
    }
}

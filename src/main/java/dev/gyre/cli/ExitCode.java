package dev.gyre.cli;

import java.util.Arrays;
import java.util.stream.Collectors;

/** What a process of Gyre's ends with. Service managers and scripts read it: a code keeps its meaning. */
public enum ExitCode {
    DONE(0, "done or stopped gracefully",
            "graceful stop",
            "no mistakes",
            "done",
            "–"),
    FAILED(1, "environment error, mistakes found, or refused",
            "environment error (port in use, data directory not usable), a dead event loop, or an exhausted"
                    + " heap",
            "mistakes in the config",
            "the node refused; requests still in flight after `--wait`; `cluster status`: the members are not"
                    + " complete or do not agree",
            "read the last line; start again"),
    MISUSED(2, "wrong command line or config",
            "wrong command line or config; another node of the cluster has this node's id",
            "wrong command line",
            "wrong command line; nothing was sent",
            "correct it first: a restart does not help"),
    /** The JVM itself ends with this code, too, on {@code -XX:+ExitOnOutOfMemoryError}. */
    UNREACHABLE(3, "no node answers",
            "with `target/vertx`: the heap was exhausted (`-XX:+ExitOnOutOfMemoryError`)",
            "–",
            "no node answers",
            "start again with more memory; look at `--node`");

    private final int code;
    private final String summary;
    private final String ofNode;
    private final String ofCheck;
    private final String ofAdmin;
    private final String remedy;

    ExitCode(int code, String summary, String ofNode, String ofCheck, String ofAdmin, String remedy) {
        this.code = code;
        this.summary = summary;
        this.ofNode = ofNode;
        this.ofCheck = ofCheck;
        this.ofAdmin = ofAdmin;
        this.remedy = remedy;
    }

    public int code() {
        return code;
    }

    /** From {@code run} and {@code demo}. */
    public String ofNode() {
        return ofNode;
    }

    /** From {@code check}. */
    public String ofCheck() {
        return ofCheck;
    }

    /** From {@code admin …}. */
    public String ofAdmin() {
        return ofAdmin;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }

    /** All of them, a line each, for the texts of {@code --help}. */
    public static String list() {
        return Arrays.stream(values()).map(one -> "  " + one.code + "  " + one.summary + "\n")
                .collect(Collectors.joining("", "Exit codes:\n", ""));
    }
}

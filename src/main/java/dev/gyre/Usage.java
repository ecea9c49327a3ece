package dev.gyre;

/** What {@code --help} prints. */
final class Usage {

    static final String TEXT = """
            Gyre, an HTTP reverse proxy and load balancer

            java -jar gyre.jar demo
                sample backends inside the process; proxy on 8080, admin on 9090
            java -jar gyre.jar run dev.gyre.MainVerticle -conf FILE
                a node; FILE is JSON, see conf/gyre.json
            java -jar gyre.jar check -conf FILE
                validates a config: exit code 0, or 1 with all mistakes
            java -jar gyre.jar admin COMMAND
                a command to a running node; admin --help lists them
            java -jar gyre.jar --version

            Exit codes: 0 done or stopped gracefully, 1 something on this machine or the node said no,
            2 the command line or the config is wrong.
            System property: gyre.transport = io_uring (the default on Linux) | epoll | nio.
            """;

    private Usage() {
    }
}

package dev.gyre;

import dev.gyre.cli.ExitCode;

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

            System property: gyre.transport = io_uring (the default on Linux) | epoll | nio
            """ + ExitCode.list();

    private Usage() {
    }
}

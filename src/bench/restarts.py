"""A rolling restart: the nodes, the balancer before them, and what clients saw."""

import csv
import http.client
import json
import os
import signal
import socket
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from processes import StartFailed, cpu_ns, free_ports

SLOW_MS = 250
AGENT = "GET /ready?as=haproxy-agent HTTP/1.0\\r\\n\\r\\n"
START_SECONDS = 40
# Answers by status, connections that did not open, requests that were repeated, and times it was taken out.
COUNTED = ("hrsp_2xx", "hrsp_4xx", "hrsp_5xx", "econ", "eresp", "wretr", "wredis", "chkdown")
TOKEN = "token-of-the-benchmark"
# Each node is asked five times a second, and may take its time to answer; a request is repeated only if its
# connection did not open.
BALANCER = """
global
    nbthread 1
    maxconn 4096
    stats socket {socket} mode 600 level admin
defaults
    mode http
    no log
    option http-keep-alive
    option redispatch
    retries 3
    timeout connect 1s
    timeout check 5s
    timeout client 1h
    timeout server 30s
    timeout http-keep-alive 1h
frontend clients
    bind 127.0.0.1:{port}
    default_backend gyre
backend gyre
    balance roundrobin
    option httpchk GET /ready
    default-server weight 100 check inter 200ms fall 1 rise 1 agent-check agent-inter 200ms
{servers}
"""


@dataclass(frozen=True)
class Times:
    """Seconds, but for the warm-up, which is text of the config."""

    warm_up: str    # at most, before the ports of a node open
    full: int       # at full load, of which the second half gives the steady rate
    quiet: int      # at the share of it, before anything is restarted
    seconds: int    # at the same share, while all nodes are restarted
    rest: int       # between one node and the next


REAL = Times("30s", full=30, quiet=10, seconds=130, rest=3)
QUICK = Times("2s", full=4, quiet=2, seconds=100, rest=1)


@dataclass
class Restart:
    """What one node took."""

    node: str
    stop_s: float       # SIGTERM to its end
    ready_s: float      # its start to /ready
    full_s: float       # and on, until it could take its whole share
    exit_code: int


@dataclass
class Round:
    """One rolling restart. Its figures may be read although it has a failure."""

    failure: str = ""
    steady: float = 0           # requests/s of all nodes together
    rate: float = 0             # that was asked for
    quiet_cores: float = 0      # CPU time of the nodes at that rate, before the restarts
    quiet_p99_ms: float = 0
    quiet_max_ms: float = 0
    requests: int = 0
    lost: int = 0               # not answered, or not by the right bytes
    kinds: dict = field(default_factory=dict)   # of these
    slow: int = 0               # answers after more than SLOW_MS
    p50_ms: float = 0
    p99_ms: float = 0
    p999_ms: float = 0
    max_ms: float = 0
    nodes: list = field(default_factory=list)
    balancer: dict = field(default_factory=dict)    # what it has counted, by node

    def __str__(self):
        return (f"{self.failure or 'done'}: {self.requests:,} requests at {self.rate:,.0f}/s of "
                f"{self.steady:,.0f}/s, {self.lost} lost, {self.slow} over {SLOW_MS} ms, "
                f"p99 {self.p99_ms:.1f} ms, longest {self.max_ms:.0f} ms")


def at(case, rate):
    return replace(case, rate=rate)


def judge(round_, seen, problems):
    """Takes over what clients saw: slow answers are a figure, a lost one fails the round."""
    round_.requests, round_.slow = seen.requests, seen.slow
    round_.lost, round_.kinds = seen.errors, seen.kinds
    round_.p50_ms, round_.p99_ms, round_.p999_ms, round_.max_ms = (
        seen.p50_ms, seen.p99_ms, seen.p999_ms, seen.max_ms)
    found = [*problems]
    if seen.errors:
        found.append("lost: " + ", ".join(f"{count} {kind}" for kind, count in seen.kinds.items()))
    if not seen.requests:
        found.append("no request was answered")
    round_.failure = "; ".join(found)


class Cluster:
    """Nodes on loopback addresses of their own, all before the same origin."""

    def __init__(self, starter, processes, options, origin, warm_up):
        self._processes = processes
        self.restarts = []
        members = [f"127.0.0.{101 + number}" for number in range(options.nodes)]
        cores = options.node_cores.split(";")
        self.nodes = [Node(starter, number, cores[number % len(cores)], members, origin, warm_up)
                      for number in range(options.nodes)]

    def start(self):
        """One after another, so that each has the core for its warm-up."""
        for node in self.nodes:
            node.start(self._processes)
            node.await_ready(START_SECONDS)
        self._await_all(self.nodes[0], time.monotonic() + START_SECONDS)

    def restart(self, node, deadline):
        """SIGTERM, and a new process when the old one has gone, until that takes its whole share."""
        begun = time.monotonic()
        code = node.stop(deadline - begun)
        self._processes.forget(node.process)
        stopped = time.monotonic()
        node.start(self._processes)
        node.await_ready(max(1, int(deadline - stopped)))
        ready = time.monotonic()
        self._await_all(node, deadline)
        self.restarts.append(Restart(node.name, stopped - begun, ready - stopped, time.monotonic() - ready,
                                     code))
        if code:
            raise StartFailed(f"{node.name} ended with {code} (expected: 0)")

    def _await_all(self, node, deadline):
        """Until the node sees all of them with their whole capacity, as a script of an operator's does."""
        seen = []
        while time.monotonic() < deadline:
            seen = node.list()
            if len(seen) == len(self.nodes) and all(one.get("capacity") == 100 for one in seen):
                return
            time.sleep(0.1)
        raise StartFailed(f"{node.name} sees {[(n['name'], n.get('capacity')) for n in seen]} (expected: "
                          f"{len(self.nodes)} nodes with a capacity of 100, in time)")

    def cpu_ns(self):
        return sum(cpu_ns(node.process.pids()) for node in self.nodes)


class Node:
    def __init__(self, starter, number, cores, members, origin, warm_up):
        self.name = f"node-{number}"
        self.port, self.admin = free_ports(2)
        self._cores = cores
        self._starter = starter
        directory = starter.directory / self.name
        directory.mkdir()
        self._config = directory / "gyre.json"
        self._config.write_text(json.dumps({
            "node": {"name": self.name},
            "listeners": [{"host": "127.0.0.1", "port": self.port}],
            "instances": 1,
            "services": {"origin": {"backends": [f"http://127.0.0.1:{origin}"]}},
            "warmUp": warm_up,
            "admin": {"host": "127.0.0.1", "port": self.admin},
            "cluster": {"name": f"bench-{os.getpid()}", "host": members[number], "members": members,
                        "secret": "secret-of-the-benchmark"},
            "data": str(directory / "data"),
        }))
        self.process = None

    def start(self, processes):
        command = [*self._starter.program(), "run", "dev.gyre.MainVerticle", "-conf", self._config,
                   "-cluster"]
        self.process = processes.start(self.name, command, self._cores)

    def await_ready(self, seconds):
        self.process.await_answer(self.admin, "/ready", seconds)

    def stop(self, seconds):
        self.process.signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def list(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin, timeout=10)
        try:
            connection.request("GET", "/api/nodes")
            return json.loads(connection.getresponse().read())["nodes"]
        finally:
            connection.close()


class Balancer:
    """HAProxy, which asks every node whether it is ready, and how much it can take."""

    def __init__(self, directory, processes, program, core, nodes):
        self.port, = free_ports(1)
        servers = "\n".join(f"    server {node.name} 127.0.0.1:{node.port} port {node.admin} "
                            f"agent-port {node.admin} "
                            f'agent-send "{AGENT}"' for node in nodes)
        config = directory / "balancer.cfg"
        self._socket = directory / "balancer.sock"
        config.write_text(BALANCER.format(socket=self._socket, port=self.port, servers=servers))
        self.process = processes.start("haproxy", [program, "-db", "-f", config], core)
        self.process.await_answer(self.port, "/133", 10)

    def counted(self):
        """What it has counted of each node, and of all (BACKEND), its own answers included there."""
        with socket.socket(socket.AF_UNIX) as asked:
            asked.connect(str(self._socket))
            asked.sendall(b"show stat\n")
            text = b"".join(iter(lambda: asked.recv(1 << 16), b"")).decode()
        rows = csv.DictReader(text.removeprefix("# ").splitlines())
        return {row["svname"]: {field: int(row[field] or 0) for field in COUNTED if field in row}
                for row in rows if row["pxname"] == "gyre"}


def report(rounds, times, options, facts):
    """The Markdown that a run leaves behind."""
    lines = [f"# A rolling restart, {time.strftime('%Y-%m-%d %H:%M')}", ""]
    lines += [f"- {name}: {value}" for name, value in facts.items()]
    warm_up = "no warm-up" if options.cold else f"a warm-up of at most {times.warm_up} before the ports open"
    lines += [f"- {options.nodes} nodes of one cluster with {warm_up}, nodes on the cores "
              f"{options.node_cores} in turn; HAProxy, load and origin on {options.load_core}",
              f"- steady rate: {times.full} s of full load over 64 connections, its second half; then "
              f"{options.share} % of it for {times.seconds} s, while one node after another gets SIGTERM "
              "and is started again; the next one follows when all have a capacity of 100 %",
              "- times count from the moment at which a request is due"]
    if len(set(options.node_cores.split(";"))) < options.nodes:
        lines.append("- **nodes share cores**: one that warms up takes from the others what it would not "
                     "take on a machine of its own; each node is a session of its own, and the kernel "
                     + ("gives each an equal share" if _shared_by_session() else
                        "gives every thread an equal share (kernel.sched_autogroup_enabled=0), so that the "
                        "many of a warm-up get most"))
    if times is QUICK:
        lines.append("- **a quick try of the program: its figures mean nothing**")
    lines += ["", "| round | steady rate of all, /s | asked for, /s | cores used before | p99 before, ms "
              f"| requests | lost | over {SLOW_MS} ms | p50, p99, p99.9, longest, ms "
              "| stop, ready, full capacity, s | failed |",
              "|---" * 11 + "|"]
    lines += [_row(number, round_) for number, round_ in enumerate(rounds, 1)]
    return "\n".join(lines) + "\n"


def _shared_by_session():
    switch = Path("/proc/sys/kernel/sched_autogroup_enabled")
    return switch.exists() and switch.read_text().strip() == "1"


def _row(number, round_):
    nodes = "; ".join(f"{n['stop_s']:.1f}, {n['ready_s']:.1f}, {n['full_s']:.1f}" for n in round_.nodes)
    cells = [number, f"{round_.steady:,.0f}", f"{round_.rate:,.0f}", f"{round_.quiet_cores:.2f}",
             f"{round_.quiet_p99_ms:.1f}", f"{round_.requests:,}", round_.lost, round_.slow,
             f"{round_.p50_ms:.1f}, {round_.p99_ms:.1f}, {round_.p999_ms:.1f}, {round_.max_ms:.0f}",
             nodes or "–", round_.failure or "–"]
    return f"| {' | '.join(map(str, cells))} |"

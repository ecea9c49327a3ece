"""One run of the load generator against one port, and what makes it count."""

import json
import subprocess
import threading
import time
from dataclasses import dataclass, field, asdict

from processes import cpu_ns, machine_ns, rss_mb

CONNECT_SECONDS = 30
SHORTFALL = 0.01


@dataclass
class Sample:
    """One measured round of one proxy. A sample with a failure carries no figures to be read."""

    proxy: str
    failure: str = ""
    cpu_us: float = 0           # CPU time of the proxy per request
    per_second: float = 0
    p50_ms: float = 0
    p99_ms: float = 0
    p999_ms: float = 0
    rss_mb: float = 0           # of the proxy, with all connections still open
    opened: float = 0           # connections to the origin per 1,000 requests
    load_core: float = 0        # CPU time of load generator and origin, in cores
    others: float = 0           # CPU time of everything else on the machine, in cores
    stolen: float = 0           # CPU time taken by the hypervisor, in cores
    load: dict = field(default_factory=dict)

    def __str__(self):
        if self.failure:
            return f"{self.proxy}: FAILED: {self.failure}"
        cpu = f"{self.cpu_us:.1f} µs CPU/request, " if self.cpu_us else ""
        return (f"{self.proxy}: {cpu}{self.per_second:,.0f} requests/s, p50 {self.p50_ms:.2f} ms, "
                f"p99 {self.p99_ms:.2f} ms, RSS {self.rss_mb:.0f} MB, load core {self.load_core:.0%}")

    def as_json(self):
        return asdict(self)


class Load:
    """Runs of one load generator, pinned to a core."""

    def __init__(self, program, core, origin):
        self._command = ["taskset", "-c", str(core), program]
        self._origin = origin

    def run(self, case, name, port, process, seconds):
        """Loads a port for some seconds; process is None where there is no proxy between."""
        try:
            with Generator(self._command, arguments(case, port, seconds)) as generator:
                proxy_pids = process.pids() if process else []
                load_pids = self._origin.process.pids() + [generator.pid]
                opened = self._origin.stats()["accepted"]
                before = _Clocks(proxy_pids, load_pids)
                found = generator.go(seconds)
                after = _Clocks(proxy_pids, load_pids)
                opened = self._origin.stats()["accepted"] - opened
                rss = rss_mb(proxy_pids)
        except (OSError, ValueError) as e:
            return Sample(name, failure=f"the load generator or a process it needs failed: {e}")
        failure = failure_of(found)
        if process and process.pids() != proxy_pids:
            failure = failure or "the proxy's processes changed during the round"
        if failure:
            return Sample(name, failure=failure, load=found)
        return _sample(name, found, before, after, rss, opened)


class Generator:
    """The load generator's process: connected when the context is entered, ended when it is left."""

    def __init__(self, command, given):
        self._command = [*map(str, command), *map(str, given)]

    def __enter__(self):
        self._popen = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True)
        self.pid = self._popen.pid
        if self._line(CONNECT_SECONDS) != "ready":
            words = self._popen.stderr.read().strip()
            self.__exit__()
            raise ValueError(words or "its connections did not open")
        return self

    def go(self, seconds):
        """Loads, and returns what the generator says while its connections are still open."""
        self._popen.stdin.write("\n")
        self._popen.stdin.flush()
        line = self._line(seconds + CONNECT_SECONDS)
        if not line:
            self._popen.wait(10)
            raise ValueError(self._popen.stderr.read().strip() or "it ended without a result")
        return json.loads(line)

    def _line(self, seconds):
        # A generator that hangs is killed, which ends the reading.
        timer = threading.Timer(seconds, self._popen.kill)
        timer.start()
        try:
            return self._popen.stdout.readline().strip()
        finally:
            timer.cancel()

    def __exit__(self, *_):
        with self._popen as popen:
            popen.stdin.close()
            try:
                popen.wait(10)
            except subprocess.TimeoutExpired:
                popen.kill()


def arguments(case, port, seconds, windows=(), slow_ms=0):
    fresh = ["-n"] if case.fresh else []
    rate = ["-r", f"{case.rate:.1f}"] if case.rate else []
    ends = ["-w", ",".join(map(str, windows))] if windows else []
    slow = ["-l", slow_ms] if slow_ms else []
    edge = [flag for flag, on in (("-t", case.tls), ("-s", case.resumes), ("-u", case.tunnels)) if on]
    return ["-c", case.connections, "-d", seconds, *fresh, *rate, *ends, *slow, *edge, port,
            *(kind.argument() for kind in case.kinds)]


class _Clocks:
    def __init__(self, proxy_pids, load_pids):
        self.wall = time.monotonic_ns()
        self.proxy = cpu_ns(proxy_pids)
        self.load = cpu_ns(load_pids)
        self.busy, self.stolen = machine_ns()


def failure_of(found):
    """Why a round must not count, or an empty text. The load generator has compared every byte."""
    if errors_of(found):
        return errors_of(found)
    if not found["requests"]:
        return "no request was answered"
    if found["never_sent"] > SHORTFALL * found["requests"]:
        return f"cannot keep the rate: {found['never_sent']} requests were due and found no free connection"
    return ""


def errors_of(found):
    errors = ", ".join(f"{count} {kind}" for kind, count in found["errors"].items() if count)
    return f"errors: {errors}" if errors else ""


def _sample(name, found, before, after, rss, opened):
    wall = after.wall - before.wall
    proxy = after.proxy - before.proxy
    load = after.load - before.load
    return Sample(
        name,
        cpu_us=proxy / found["requests"] / 1000,
        per_second=found["requests"] / (found["duration_us"] / 1e6),
        p50_ms=found["p50_us"] / 1000,
        p99_ms=found["p99_us"] / 1000,
        p999_ms=found["p999_us"] / 1000,
        rss_mb=rss,
        opened=1000 * opened / found["requests"],
        load_core=load / wall,
        others=max(0, after.busy - before.busy - proxy - load) / wall,
        stolen=(after.stolen - before.stolen) / wall,
        load={key: value for key, value in found.items() if key != "per_100ms"})

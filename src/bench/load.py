"""One wrk run against one port, and what makes it count."""

import json
import resource
import subprocess
import time
from dataclasses import dataclass, field, asdict

from processes import cpu_ns, machine_ns


@dataclass
class Sample:
    """One measured round of one proxy. A sample with a failure carries no figures to be read."""

    proxy: str
    failure: str = ""
    cpu_us: float = 0        # CPU time of the proxy per request
    per_second: float = 0
    p50_ms: float = 0
    p99_ms: float = 0
    load_core: float = 0     # share of its core that load generator and origin used
    others: float = 0        # CPU time of everything else on the machine, in cores
    stolen: float = 0        # CPU time taken by the hypervisor, in cores
    wrk: dict = field(default_factory=dict)

    def __str__(self):
        if self.failure:
            return f"{self.proxy}: FAILED: {self.failure}"
        cpu = f"{self.cpu_us:.1f} µs CPU/request, " if self.cpu_us else ""
        return (f"{self.proxy}: {cpu}{self.per_second:,.0f} requests/s, p50 {self.p50_ms:.2f} ms, "
                f"p99 {self.p99_ms:.2f} ms, load core {self.load_core:.0%}")

    def as_json(self):
        return asdict(self)


class Load:
    """wrk, one thread, pinned to the load core."""

    def __init__(self, wrk, script, core, origin):
        self._command = ["taskset", "-c", str(core), wrk, "-t1", "-s", str(script)]
        self._origin = origin

    def run(self, case, name, port, process, answer_bytes, seconds):
        """Loads a port for some seconds; process is None where there is no proxy between."""
        origin_pids = self._origin.pids()
        proxy_pids = process.pids() if process else []
        before = _Clocks(proxy_pids, origin_pids)
        try:
            wrk = self._wrk(case, port, seconds)
            after = _Clocks(proxy_pids, origin_pids)
        except (OSError, subprocess.SubprocessError, ValueError) as e:
            return Sample(name, failure=f"wrk or a process it needs failed: {e}")
        failure = failure_of(wrk, case.connections, answer_bytes)
        if process and process.pids() != proxy_pids:
            failure = failure or "the proxy's processes changed during the round"
        if failure:
            return Sample(name, failure=failure, wrk=wrk)
        return _sample(name, wrk, before, after)

    def _wrk(self, case, port, seconds):
        url = f"http://127.0.0.1:{port}{case.path}"
        done = subprocess.run([*self._command, f"-c{case.connections}", f"-d{seconds}s", url],
                              capture_output=True, text=True, timeout=seconds + 30)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if done.returncode or not lines:
            raise ValueError(f"wrk: {done.stderr.strip() or done.stdout.strip()}")
        return json.loads(lines[-1])


class _Clocks:
    def __init__(self, proxy_pids, origin_pids):
        self.wall = time.monotonic_ns()
        self.proxy = cpu_ns(proxy_pids)
        self.origin = cpu_ns(origin_pids)
        self.wrk = _children_ns()
        self.busy, self.stolen = machine_ns()


def _children_ns():
    # wrk is the only child that ends while clocks run.
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return int((usage.ru_utime + usage.ru_stime) * 1e9)


def failure_of(wrk, connections, answer_bytes):
    """Why a round must not count, or an empty text.

    wrk counts statuses above 399 itself. Any other wrong answer, or one cut short, shows in the bytes: all
    answers have one length, and at the end at most one per connection is under way.
    """
    errors = ", ".join(f"{count} {kind}" for kind, count in wrk["errors"].items() if count)
    if errors:
        return f"errors: {errors}"
    if not wrk["requests"]:
        return "no request was answered"
    surplus = wrk["bytes"] - wrk["requests"] * answer_bytes
    if not 0 <= surplus <= connections * answer_bytes:
        return (f"{wrk['bytes']} bytes for {wrk['requests']} answers "
                f"(expected: {answer_bytes} each, and at most {connections} under way)")
    return ""


def _sample(name, wrk, before, after):
    wall = after.wall - before.wall
    proxy = after.proxy - before.proxy
    load = after.origin - before.origin + after.wrk - before.wrk
    return Sample(
        name,
        cpu_us=proxy / wrk["requests"] / 1000,
        per_second=wrk["requests"] / (wrk["duration_us"] / 1e6),
        p50_ms=wrk["p50_us"] / 1000,
        p99_ms=wrk["p99_us"] / 1000,
        load_core=load / wall,
        others=max(0, after.busy - before.busy - proxy - load) / wall,
        stolen=(after.stolen - before.stolen) / wall,
        wrk=wrk)

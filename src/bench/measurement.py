"""The walk through one case: start, check, warm up, then round after round."""

import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

import preflight
from contenders import CONF, WARM_UP, Starter
from load import Load
from processes import Processes, StartFailed

SETTLE_SECONDS = 1
WARM_UP_SLICES = 4


@dataclass
class Measured:
    """One case with everything measured in it."""

    case: object
    ceiling: object = None                               # the load against the origin itself
    proxies: list = field(default_factory=list)          # those that took part
    left_out: list = field(default_factory=list)         # why others did not
    headers: dict = field(default_factory=dict)          # proxy -> header -> value the origin saw
    warm_up: dict = field(default_factory=dict)          # proxy -> samples
    rounds: list = field(default_factory=list)           # each proxy -> sample
    configurations: dict = field(default_factory=dict)   # origin or proxy -> (command, configuration)

    def failed(self):
        return bool(self.left_out) or any(s.failure for r in self.rounds for s in r.values())

    def as_json(self):
        return {"case": asdict(self.case), "ceiling": self.ceiling.as_json(), "proxies": self.proxies,
                "left_out": self.left_out, "headers": self.headers,
                "warm_up": {name: [s.as_json() for s in slices] for name, slices in self.warm_up.items()},
                "rounds": [{name: s.as_json() for name, s in r.items()} for r in self.rounds],
                "configurations": {name: {"command": command, "config": config}
                                   for name, (command, config) in self.configurations.items()}}


def measure(case, proxies, options, tools):
    """Measures one case with fresh processes, all of them ended when it returns."""
    with _workplace() as (directory, processes):
        bench = _Bench(case, options, tools, directory, processes)
        bench.measure_the_ceiling()
        for proxy in proxies:
            bench.start(proxy)
        bench.warm_up()
        bench.run_the_rounds()
        return bench.measured


@contextmanager
def _workplace():
    # The directory outlives the processes that write in it.
    with tempfile.TemporaryDirectory(prefix="gyre-bench-") as name:
        directory = Path(name)
        directory.chmod(0o755)  # a worker of nginx that gave up root must still read it
        with Processes(directory) as processes:
            yield directory, processes


class _Bench:
    def __init__(self, case, options, tools, directory, processes):
        self.measured = Measured(case)
        self._case = case
        self._options = options
        self._curl = tools.paths["curl"]
        self._directory = directory
        self._starter = Starter(case, processes, tools, directory, options)
        self._origin = self._starter.origin()
        self._note(self._origin)
        self._load = Load(tools.paths["wrk"], CONF / "wrk.lua", options.load_core, self._origin.process)
        self._running = {}  # proxy -> (Running, length of one answer)

    def measure_the_ceiling(self):
        """What load generator and origin can do on their core with no proxy between: no proxy's figure for
        requests/s means anything near it."""
        size = self._answer_bytes(self._origin)
        if self._case.origin == "slow":
            self._run("direct", max(2, self._options.warm_up // 4), self._origin.port, None, size)
        self.measured.ceiling = self._run("direct", self._options.seconds, self._origin.port, None, size)

    def start(self, proxy):
        """Starts a proxy and checks its answers byte by byte; one that fails is left out, and said."""
        try:
            running = self._starter.proxy(proxy, self._origin)
            size = self._answer_bytes(running)
            if self._case.origin == "files":
                self.measured.headers[proxy] = preflight.headers_seen(self._curl, self._directory, running)
        except (StartFailed, preflight.WrongAnswer) as e:
            say(f"{self._case.name}: left out: {e}")
            self.measured.left_out.append(str(e))
            return
        self._note(running)
        self.measured.proxies.append(proxy)
        self._running[proxy] = (running, size)

    def warm_up(self):
        """In slices, so that the report can say whether the last two still differ."""
        for proxy in self._running:
            slices = WARM_UP_SLICES if WARM_UP[proxy].compiles else 1
            seconds = max(1, round(self._options.warm_up * WARM_UP[proxy].share / slices))
            say(f"{self._case.name}: {proxy} warms up, {slices} × {seconds} s")
            self.measured.warm_up[proxy] = [self._run_proxy(proxy, seconds) for _ in range(slices)]

    def run_the_rounds(self):
        for number in range(1, self._options.rounds + 1):
            say(f"{self._case.name}: round {number} of {self._options.rounds}")
            self.measured.rounds.append(
                {proxy: self._run_proxy(proxy, self._options.seconds) for proxy in self._running})

    def _run_proxy(self, proxy, seconds):
        running, size = self._running[proxy]
        return self._run(proxy, seconds, running.port, running.process, size)

    def _run(self, name, seconds, port, process, size):
        sample = self._load.run(self._case, name, port, process, size, seconds)
        say(f"{self._case.name}: {sample}")
        # Thousands of closing connections must not be charged to the next.
        time.sleep(SETTLE_SECONDS)
        return sample

    def _answer_bytes(self, running):
        return preflight.answer_bytes(self._curl, self._directory, self._case, running)

    def _note(self, running):
        self.measured.configurations[running.name] = (running.command, running.config)


def say(text):
    print(text, file=sys.stderr, flush=True)

"""The walk through one case: start, check, warm up, then round after round."""

import time
from dataclasses import asdict, dataclass, field, replace

import preflight
from contenders import WARM_UP, Starter, base
from load import Load
from options import say, workplace
from processes import StartFailed

SETTLE_SECONDS = 1
WARM_UP_SLICES = 4
GENTLE = 64         # connections of the first half of a warm-up


@dataclass
class Measured:
    """One case with everything measured in it."""

    case: object
    ceiling: object = None                               # the load against the origin itself
    proxies: list = field(default_factory=list)          # those that took part
    left_out: list = field(default_factory=list)         # why others did not
    headers: dict = field(default_factory=dict)          # proxy -> header -> value the origin saw
    warm_up: dict = field(default_factory=dict)          # proxy -> samples
    greatest: dict = field(default_factory=dict)         # proxy -> requests/s, where a rate is taken from it
    rounds: list = field(default_factory=list)           # each proxy -> sample
    configurations: dict = field(default_factory=dict)   # origin or proxy -> (command, configuration)

    def failed(self):
        return bool(self.left_out) or any(s.failure for r in self.rounds for s in r.values())

    def warmed_s(self, proxy):
        """Seconds of load on a proxy before its first round."""
        return sum(s.load.get("duration_us", 0) for s in self.warm_up.get(proxy, ())) / 1e6

    def as_json(self):
        return {"case": asdict(self.case), "ceiling": self.ceiling.as_json(), "proxies": self.proxies,
                "left_out": self.left_out, "headers": self.headers, "greatest_per_second": self.greatest,
                "warm_up_s": {name: self.warmed_s(name) for name in self.proxies},
                "warm_up": {name: [s.as_json() for s in slices] for name, slices in self.warm_up.items()},
                "rounds": [{name: s.as_json() for name, s in r.items()} for r in self.rounds],
                "configurations": {name: {"command": command, "config": config}
                                   for name, (command, config) in self.configurations.items()}}


def measure(case, proxies, options, tools):
    """Measures one case with fresh processes, all of them ended when it returns."""
    with workplace() as (directory, processes):
        bench = _Bench(case, options, tools, Starter(case, processes, tools, directory, options))
        for proxy in proxies:
            bench.start(proxy)
        bench.warm_up()
        bench.find_the_rate()
        bench.measure_the_ceiling()
        bench.run_the_rounds()
        return bench.measured


class _Bench:
    def __init__(self, case, options, tools, starter):
        self.measured = Measured(case)
        self._case = case
        self._options = options
        self._starter = starter
        self._origin = starter.origin()
        self._note(self._origin)
        self._load = Load(tools.paths["load"], options.load_core, self._origin)
        self._running = {}

    def start(self, proxy):
        """Starts a proxy and checks its answers byte by byte; one that fails is left out, and said."""
        try:
            running = self._starter.proxy(proxy, [self._origin.backend])
            preflight.check(self._case, running)
            self.measured.headers[proxy] = preflight.headers_seen(running)
        except (StartFailed, preflight.WrongAnswer) as e:
            say(f"{self._case.name}: left out: {e}")
            self.measured.left_out.append(str(e))
            return
        self._note(running)
        self.measured.proxies.append(proxy)
        self._running[proxy] = running

    def warm_up(self):
        """In slices, so that the report can say whether the last two still differ."""
        for proxy in self._running:
            how = WARM_UP[base(proxy)]
            slices = WARM_UP_SLICES if how.compiles else 1
            seconds = max(1, round(self._options.warm_up * how.share / slices))
            say(f"{self._case.name}: {proxy} warms up, {slices} × {seconds} s")
            self.measured.warm_up[proxy] = [self._warm_up_slice(proxy, seconds, number < slices // 2)
                                            for number in range(slices)]

    def _warm_up_slice(self, proxy, seconds, gently):
        # Code that is not compiled yet cannot keep up with thousands of connections that come and go.
        case = replace(self._case, connections=min(GENTLE, self._case.connections)) if gently else self._case
        return self._run_proxy(proxy, seconds, case)

    def find_the_rate(self):
        """Where the rate is a share of what the slowest proxy can do: measures that."""
        if not self._case.share:
            return
        found = {proxy: self._run_proxy(proxy, self._options.seconds) for proxy in self._running}
        self.measured.greatest = {proxy: s.per_second for proxy, s in found.items() if not s.failure}
        if not self.measured.greatest:
            raise StartFailed("no proxy answered without a failure: there is nothing to take a rate from")
        self._case = replace(self._case, rate=self._case.share * min(self.measured.greatest.values()))
        self.measured.case = self._case

    def measure_the_ceiling(self):
        """What load generator and origin can do on their core with no proxy between: no proxy's figure for
        requests/s means anything near it."""
        self.measured.ceiling = self._run("direct", self._options.seconds,
                                          self._origin.secure if self._case.tls else self._origin.port, None)

    def run_the_rounds(self):
        for number in range(1, self._options.rounds + 1):
            say(f"{self._case.name}: round {number} of {self._options.rounds}")
            self.measured.rounds.append(
                {proxy: self._run_proxy(proxy, self._options.seconds) for proxy in self._running})

    def _run_proxy(self, proxy, seconds, case=None):
        running = self._running[proxy]
        return self._run(proxy, seconds, running.port, running.process, case)

    def _run(self, name, seconds, port, process, case=None):
        sample = self._load.run(case or self._case, name, port, process, seconds)
        say(f"{self._case.name}: {sample}")
        # Thousands of closing connections must not be charged to the next.
        time.sleep(SETTLE_SECONDS)
        return sample

    def _note(self, running):
        self.measured.configurations[running.name] = (running.command, running.config)

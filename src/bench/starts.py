"""The start of a node: the ways to start one, the windows in which it is looked at, and what is asked of it."""

from dataclasses import dataclass, field

from figures import spread

WARM_UP = "20s"     # at most, before the ports open
FULL, HALF = "full load", "half of nginx's rate"
ONE, TWO = 1, 2     # cores


@dataclass(frozen=True)
class Way:
    """One way to start a proxy."""

    name: str
    proxy: str
    wrapper: bool = False   # by target/vertx, not by java -jar
    cache: bool = False     # with the cache beside the jar
    warm_up: str = "0s"

    def warms_up(self):
        return self.warm_up != "0s"


WAYS = (Way("java -jar", "gyre"),
        Way("target/vertx", "gyre", wrapper=True),
        Way("target/vertx and cache", "gyre", wrapper=True, cache=True),
        Way("target/vertx, cache, warm-up", "gyre", wrapper=True, cache=True, warm_up=WARM_UP),
        Way("nginx", "nginx"),
        Way("HAProxy", "haproxy"))


@dataclass(frozen=True)
class Times:
    """Seconds of load after the ports opened."""

    ends: tuple     # of the windows
    settle: int     # after the last of them, until the steady rate is measured
    steady: int     # for which it is measured
    rest: int       # without load, until memory is read

    @property
    def windows(self):
        return (*self.ends, self.ends[-1] + self.settle, self.total)

    @property
    def total(self):
        return self.ends[-1] + self.settle + self.steady

    def names(self):
        return [f"{begin}–{end} s" for begin, end in zip((0, *self.ends), self.ends)]


REAL = Times(ends=(5, 10, 20, 30), settle=30, steady=10, rest=5)
QUICK = Times(ends=(1, 2, 3, 4), settle=1, steady=1, rest=1)   # tries the program out; its figures mean nothing


@dataclass
class Window:
    per_second: float
    p99_ms: float
    max_ms: float
    share: float = 0    # of the steady rate of the same run


@dataclass
class Start:
    """One start of one proxy. A start with a failure carries no figures to be read."""

    failure: str = ""
    first_s: float = 0      # exec to the first good answer through the proxy
    load_s: float = 0       # exec to the first request of the load, where the windows begin
    ready_s: float = 0      # begin of the load to 90 % of the steady rate
    steady: float = 0       # requests/s at the end of the load
    steady_p99_ms: float = 0
    rss_mb: float = 0       # some seconds after the first answer of another start, without load
    rate: float = 0         # that was asked for, or 0 for as many as are answered
    windows: list = field(default_factory=list)

    @property
    def worst_p99_ms(self):
        return max(w.p99_ms for w in self.windows)


SLICE = 0.1     # seconds, as the load generator counts
READY = 0.9     # of the steady rate
AHEAD = 5       # slices whose median must be steady, so that one lucky slice is none


def judge(start, result, times):
    """Fills in what the load generator found; a rate is its own steady rate."""
    seen = _windows(result["windows"])
    wanted = len(times.ends)
    if start.rate:
        start.windows, start.steady = seen[:wanted], start.rate
    else:
        start.windows, last = seen[:wanted], seen[-1]
        start.steady, start.steady_p99_ms = last.per_second, last.p99_ms
    for window in start.windows:
        window.share = window.per_second / start.steady if start.steady else 0
    start.ready_s = _ready(result["per_100ms"], start.steady)


def _windows(found):
    begins = [0, *(w["to_s"] for w in found)]
    return [_window(w, w["to_s"] - begin) for begin, w in zip(begins, found)]


def _window(found, seconds):
    # Without any answer, everybody has waited for the whole window.
    least = 0 if found["requests"] else seconds * 1000
    return Window(found["requests"] / seconds, max(least, found["p99_us"] / 1000),
                  max(least, found["max_us"] / 1000))


def _ready(slices, steady):
    """Seconds until the first slice from which on the median of some is nearly steady; the whole time if there
    is none."""
    for i in range(len(slices)):
        ahead = sorted(slices[i:i + AHEAD])
        if ahead[len(ahead) // 2] / SLICE >= READY * steady:
            return i * SLICE
    return len(slices) * SLICE


@dataclass(frozen=True)
class Goal:
    """A bound on one figure of one way: of a window's share, or of a field of the start."""

    way: str
    cores: int
    field: str              # of Start, or "share"
    bound: float
    window: int = 0         # whose share is meant
    text: str = ""

    @property
    def at_least(self):
        return self.field == "share"

    def met(self, value):
        return value >= self.bound if self.at_least else value <= self.bound


def _shares(way, *bounds):
    return [Goal(way, ONE, "share", bound, number, f"share of the steady rate in {name}, at least {bound:.0%}")
            for number, (name, bound) in enumerate(zip(REAL.names(), bounds))]


PLAIN, WRAPPER, CACHE, WARM = (way.name for way in WAYS[:4])
GOALS = (
    *_shares(PLAIN, 0.15, 0.45, 0.9),
    Goal(PLAIN, ONE, "worst_p99_ms", 400, text="p99 of each window, at most 400 ms"),
    *_shares(CACHE, 0.25, 0.7, 0.95),
    Goal(CACHE, ONE, "worst_p99_ms", 250, text="p99 of each window, at most 250 ms"),
    *_shares(WARM, 0.75, 0.92, 0.97),
    Goal(WARM, ONE, "worst_p99_ms", 60, text="p99 of each window, at most 60 ms"),
    Goal(WARM, ONE, "first_s", 12, text="first good answer after at most 12 s"),
    Goal(WARM, TWO, "first_s", 7, text="first good answer after at most 7 s"),
    Goal(PLAIN, TWO, "first_s", 1.5, text="first good answer after at most 1.5 s"),
    Goal(CACHE, TWO, "first_s", 0.6, text="first good answer after at most 0.6 s"),
)


def of(rounds, cores, load, way, value):
    """The spread of a figure over all rounds that count; value is a function of a Start."""
    starts = (r.get(key(cores, load, way)) for r in rounds)
    return spread(value(start) for start in starts if start and not start.failure)


def goals(rounds):
    """Each goal that was measured, with its spread and whether the median meets it."""
    for goal in GOALS:
        found = of(rounds, goal.cores, FULL, goal.way, lambda start, goal=goal: _value(goal, start))
        if found:
            yield goal, found, goal.met(found.median)


def _value(goal, start):
    return start.windows[goal.window].share if goal.field == "share" else getattr(start, goal.field)


def key(cores, load, way):
    return f"{cores} core{'s' if cores > 1 else ''}, {load}, {way}"

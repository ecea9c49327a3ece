"""What clients who ask at a fixed rate notice while something else goes on."""

import threading
from dataclasses import dataclass

from load import Generator, arguments


@dataclass
class Window:
    """What clients saw for some seconds."""

    p50_ms: float
    p99_ms: float
    p999_ms: float
    max_ms: float
    requests: int
    errors: int             # requests not answered, or not by the right bytes
    kinds: dict
    slow: int               # answers after more than the limit that was asked for
    closed_at_rest: int     # connections that the proxy closed while no request was under way


def window(case, running, seconds, options, found, meanwhile=lambda: None, slow_ms=0):
    command = ["taskset", "-c", options.load_core, found.paths["load"]]
    with Generator(command, arguments(case, running.port, seconds, slow_ms=slow_ms)) as generator:
        thread = threading.Thread(target=meanwhile)
        thread.start()
        result = generator.go(seconds)
        thread.join()
    kinds = {kind: count for kind, count in result["errors"].items() if count}
    return Window(*(result[key] / 1000 for key in ("p50_us", "p99_us", "p999_us", "max_us")),
                  result["requests"], sum(kinds.values()), kinds, result["slow"], result["closed_at_rest"])

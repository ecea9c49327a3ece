"""What is measured, and what is asked of Gyre."""

from dataclasses import dataclass

ORIGIN_DELAY_MS = 200
SMALL_BYTES = 133
LARGE_BYTES = 1 << 20
SLOW_CLIENTS = 4000
CASES = ("small", "large", "slow")
PROXIES = ("gyre", "nginx", "haproxy", "http-proxy")


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    path: str
    connections: int
    body_bytes: int
    origin: str
    proxies: tuple

    def open_files(self):
        """What a proxy needs: for each client two connections, and one of the last round still closing."""
        return 3 * self.connections + 512


@dataclass(frozen=True)
class Goal:
    """A figure asked of Gyre: its median compared with a bound, as a ratio where a peer is named."""

    case: str
    connections: int   # with any other number the goal is not judged
    field: str
    peer: str
    at_least: bool
    bound: float
    text: str

    def met(self, value):
        return value >= self.bound if self.at_least else value <= self.bound


def cases(slow_clients):
    return (
        Case("small", "133-byte bodies over 64 keep-alive connections", "/small", 64, SMALL_BYTES, "files",
             PROXIES),
        Case("large", "1 MiB bodies over 16 keep-alive connections", "/large", 16, LARGE_BYTES, "files",
             ("gyre", "nginx", "haproxy")),
        Case("slow", f"an origin that answers after {ORIGIN_DELAY_MS} ms, {slow_clients:,} clients", "/",
             slow_clients, SMALL_BYTES, "slow", ("gyre", "nginx", "haproxy")),
    )


GOALS = (
    Goal("small", 64, "cpu_us", "nginx", False, 1.3, "CPU per request, at most 1.3 × nginx"),
    Goal("small", 64, "cpu_us", "http-proxy", False, 1 / 3, "CPU per request, at most a third of http-proxy"),
    Goal("large", 16, "cpu_us", "haproxy", False, 1.1, "CPU per 1 MiB body, at most 1.1 × HAProxy"),
    Goal("slow", SLOW_CLIENTS, "per_second", "", True, 17_000, "at least 17,000 requests/s on one core"),
    Goal("slow", SLOW_CLIENTS, "p50_ms", "", False, 210, "p50 at most 210 ms"),
)

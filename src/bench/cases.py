"""What is measured, and what is asked of Gyre."""

from dataclasses import dataclass, replace

SMALL = 133
TEN_KB = 10 << 10
ONE_MB = 1 << 20
ORIGIN_DELAY_MS = 200
EACH_ASKS = 1.05    # requests of a connection in a round: the one that rested longest has the next turn
PROXIES = ("gyre", "nginx", "haproxy", "vertx-http-proxy", "http-proxy", "node-script")
FAST = PROXIES[:4]   # those that are not far from the limit of what one core can do
C_PROXIES = PROXIES[:3]
SCALED = tuple(name + workers for name in C_PROXIES for workers in ("", "×2"))


@dataclass(frozen=True)
class Kind:
    """One kind of request: what goes up, what must come back, and how often among the others."""

    method: str
    upload: int
    answer: int
    weight: int = 1

    def argument(self):
        return f"{self.method}:/{self.answer}:{self.upload}:{self.answer}:{self.weight}"


SMALL_GET = (Kind("GET", 0, SMALL),)
MIXED = (Kind("GET", 0, SMALL, 60), Kind("GET", 0, TEN_KB, 25), Kind("POST", TEN_KB, SMALL, 10),
         Kind("GET", 0, ONE_MB, 3), Kind("POST", ONE_MB, SMALL, 2))


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    kinds: tuple = SMALL_GET
    connections: int = 64
    proxies: tuple = FAST
    fresh: bool = False      # a new connection for each request
    rate: float = 0          # requests/s, or 0 for as many as are answered
    share: float = 0         # if not 0: rate is this share of the slowest proxy's greatest
    delay_ms: int = 0        # before the origin answers
    each_asks: bool = False  # the rate at which every connection makes a request in a round
    tls: bool = False        # between clients and proxy
    tls_out: bool = False    # between proxy and origin
    resumes: bool = False    # a new connection resumes the session of the one before
    tunnels: bool = False    # each connection is a tunnel, in which what goes up comes back

    def open_files(self):
        """What a proxy needs: for each client two connections, and one of the last round still closing;
        at a fixed rate few of the clients have a request under way."""
        few = self.rate or self.each_asks
        return (self.connections if few else 3 * self.connections) + 4096

    def ports(self):
        """Ephemeral ports that it needs between proxy and origin, which have one address. Those of the last
        round stay in use for a minute after it."""
        few = self.rate or self.share or self.each_asks
        return 4096 if few or self.fresh else 3 * self.connections + 4096

    def in_rounds_of(self, seconds):
        """With the rate that its rounds have."""
        return replace(self, rate=EACH_ASKS * self.connections / seconds) if self.each_asks else self



@dataclass(frozen=True)
class Goal:
    """A figure asked of Gyre: its median compared with a bound, as a ratio where a peer is named."""

    case: str
    field: str
    peer: str
    bound: float
    text: str
    at_least: bool = False
    proxy: str = "gyre"

    def met(self, value):
        return value >= self.bound if self.at_least else value <= self.bound


CASES = (
    Case("small", "133-byte bodies over 64 keep-alive connections", proxies=PROXIES),
    Case("c16", "133-byte bodies over 16 keep-alive connections", connections=16),
    Case("c512", "133-byte bodies over 512 keep-alive connections", connections=512),
    Case("c4000", "133-byte bodies over 4,000 keep-alive connections", connections=4000),
    Case("10k", "10 KB bodies over 64 keep-alive connections", (Kind("GET", 0, TEN_KB),)),
    Case("large", "1 MiB down over 16 keep-alive connections", (Kind("GET", 0, ONE_MB),), 16),
    Case("upload", "1 MiB up over 16 keep-alive connections", (Kind("POST", ONE_MB, SMALL),), 16),
    Case("mixed", "of 100 requests 60 for 133 B, 25 for 10 KB, 3 for 1 MiB; 10 send 10 KB, 2 send 1 MiB",
         MIXED),
    Case("new", "133-byte bodies, a new connection for each request, 64 clients", fresh=True),
    Case("idle", "10,000 keep-alive connections, each of which makes one request in a round",
         connections=10_000, each_asks=True),
    Case("https", "133-byte bodies over 64 keep-alive connections under TLS", proxies=C_PROXIES, tls=True),
    Case("https-large", "1 MiB down over 16 keep-alive connections under TLS", (Kind("GET", 0, ONE_MB),), 16,
         C_PROXIES, tls=True),
    Case("handshake", "133-byte bodies, a full TLS handshake for each request, 16 clients", connections=16,
         proxies=C_PROXIES, fresh=True, tls=True),
    Case("resumed", "133-byte bodies, a resumed TLS session for each request, 16 clients", connections=16,
         proxies=C_PROXIES, fresh=True, tls=True, resumes=True),
    Case("https-out", "133-byte bodies over 64 keep-alive connections, the origin under TLS",
         proxies=C_PROXIES, tls_out=True),
    Case("https-idle", "10,000 keep-alive connections under TLS, each of which makes one request in a round",
         connections=10_000, proxies=C_PROXIES, each_asks=True, tls=True),
    Case("tunnel", "100-byte messages there and back through 64 tunnels", (Kind("GET", 100, 100),),
         proxies=C_PROXIES, tunnels=True),
    Case("tunnel-large", "1 MiB messages there and back through 16 tunnels", (Kind("GET", ONE_MB, ONE_MB),), 16,
         C_PROXIES, tunnels=True),
    Case("scaling", "133-byte bodies over 64 keep-alive connections, 1 and 2 workers", proxies=SCALED),
    Case("slow", f"an origin that answers after {ORIGIN_DELAY_MS} ms, 4,000 clients", connections=4000,
         proxies=C_PROXIES, delay_ms=ORIGIN_DELAY_MS),
    Case("rate50", "133-byte bodies at half of the slowest proxy's greatest rate, 64 connections", share=0.5),
    Case("rate13k", "133-byte bodies at 13,000 requests/s, 64 connections", proxies=C_PROXIES, rate=13_000),
    Case("rate80", "133-byte bodies at 80 % of the slowest proxy's greatest rate, 64 connections", share=0.8),
)


# CPU per request of Gyre, at most so many times that of a peer.
CPU_BOUNDS = {
    "small": {"nginx": 1.05, "haproxy": 0.95, "vertx-http-proxy": 0.75, "http-proxy": 0.28,
              "node-script": 0.09},
    "10k": {"nginx": 1.1, "haproxy": 1.05},
    "large": {"nginx": 0.9, "haproxy": 1.0},
    "upload": {"nginx": 0.75, "haproxy": 0.9},
    "c512": {"nginx": 1.1, "haproxy": 1.05},
    "c4000": {"nginx": 1.25, "haproxy": 1.0},
    "rate13k": {"nginx": 1.15, "haproxy": 1.05},
    "https": {"nginx": 1.0},
    "https-large": {"nginx": 1.0},
    "handshake": {"nginx": 1.6},
    "resumed": {"nginx": 1.3},
    "https-out": {"nginx": 1.0},
    "tunnel": {"nginx": 1.2},
    "tunnel-large": {"nginx": 1.1},
}
GOALS = (
    *(Goal(case, "cpu_us", peer, bound, f"CPU per request, at most {bound:g} × {peer}")
      for case, bounds in CPU_BOUNDS.items() for peer, bound in bounds.items()),
    Goal("scaling", "per_second", "gyre", 1.9, "requests/s of 2 workers, at least 1.9 × those of one, where"
         " cores allow", True, "gyre×2"),
    Goal("slow", "per_second", "", 17_000, "at least 17,000 requests/s on one core", True),
    Goal("slow", "p50_ms", "", 210, "p50 at most 210 ms"),
    Goal("rate50", "p99_ms", "nginx", 1.5, "p99 at half the rate, at most 1.5 × nginx"),
    Goal("rate13k", "p99_ms", "nginx", 1.2, "p99 at 13,000/s, at most 1.2 × nginx"),
    Goal("c4000", "p99_ms", "nginx", 1.3, "p99, at most 1.3 × nginx"),
    Goal("idle", "rss_mb", "", 280, "RSS under 10,000 connections, at most 280 MB"),
)

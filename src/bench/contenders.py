"""Starts origins and proxies from the templates in conf/."""

from dataclasses import dataclass
from pathlib import Path

from cases import LARGE_BYTES, ORIGIN_DELAY_MS, SMALL_BYTES
from processes import Process, free_ports

CONF = Path(__file__).resolve().parent / "conf"
TITLES = {"gyre": "Gyre", "nginx": "nginx", "haproxy": "HAProxy", "http-proxy": "node http-proxy",
          "direct": "(no proxy)"}
FILES = {"gyre": "gyre.json", "nginx": "nginx.conf", "haproxy": "haproxy.cfg", "http-proxy": "http-proxy.js"}
START_SECONDS = 30


@dataclass(frozen=True)
class WarmUp:
    share: float     # of the time asked for
    compiles: bool   # at run time, so that CPU per request falls until it is done


WARM_UP = {"gyre": WarmUp(1, True), "nginx": WarmUp(0.1, False), "haproxy": WarmUp(0.1, False),
           "http-proxy": WarmUp(0.5, True)}


@dataclass
class Running:
    """A proxy or an origin that answers on a port, the command and configuration it was started with."""

    name: str
    port: int
    process: Process
    command: str
    config: str


class Starter:
    """Starts what one case needs, all in one directory, each proxy on one core."""

    def __init__(self, case, processes, tools, directory, options):
        self._case = case
        self._processes = processes
        self._tools = tools
        self._directory = directory
        self._proxy_core = options.proxy_core
        self._load_core = options.load_core
        self._gyre_options = gyre_options(tools.jdk) + options.java_options

    def origin(self):
        return self._files_origin() if self._case.origin == "files" else self._slow_origin()

    def _files_origin(self):
        www = self._directory / "www"
        www.mkdir(exist_ok=True)
        (www / "large").write_bytes(large_body())
        port, = free_ports(1)
        config = self._render("origin.conf", ORIGIN_PORT=port, SMALL_BODY=small_body().decode())
        command = [self._tools.paths["nginx"], "-p", self._directory, "-c", config]
        return self._start("origin", command, self._load_core, port, "/small", port, config)

    def _slow_origin(self):
        port, = free_ports(1)
        command = [self._tools.paths["java"], "-Xmx128m", "-XX:+UseSerialGC",
                   CONF.parent / "SlowOrigin.java", port, ORIGIN_DELAY_MS, SMALL_BYTES]
        return self._start("slow-origin", command, self._load_core, port, "/", port, None)

    def proxy(self, name, origin):
        port, admin = free_ports(2)
        config = self._render(FILES[name], PORT=port, ADMIN_PORT=admin, ORIGIN_PORT=origin.port)
        command = {
            "gyre": lambda: [self._tools.paths["java"], *self._gyre_options, "-jar",
                             self._tools.paths["gyre"], "run", "dev.gyre.MainVerticle", "-conf", config],
            "nginx": lambda: [self._tools.paths["nginx"], "-p", self._directory, "-c", config],
            "haproxy": lambda: [self._tools.paths["haproxy"], "-db", "-f", config],
            "http-proxy": lambda: ["env", f"NODE_PATH={Path(self._tools.paths['http-proxy']).parent}",
                                   self._tools.paths["node"], config],
        }[name]()
        ready_port, ready_path = (admin, "/ready") if name == "gyre" else (port, self._case.path)
        return self._start(name, command, self._proxy_core, port, ready_path, ready_port, config)

    def _start(self, name, command, core, port, ready_path, ready_port, config):
        process = self._processes.start(name, command, core)
        process.await_answer(ready_port, ready_path, START_SECONDS)
        shown = f"taskset -c {core} " + " ".join(map(str, command))
        return Running(name, port, process, shown, config.read_text() if config else "")

    def _render(self, file, **values):
        text = (CONF / file).read_text()
        values.update(DIR=self._directory, FILES=self._case.open_files(), CLIENTS=self._case.connections + 64)
        for key, value in values.items():
            text = text.replace(f"@{key}@", str(value))
        path = self._directory / file
        path.write_text(text)
        return path


def gyre_options(jdk):
    """The JVM flags of Gyre: those of target/vertx, and a heap for thousands of requests in flight."""
    return ["-Xmx512m", "-XX:+UseParallelGC"] + (["--sun-misc-unsafe-memory-access=allow"] if jdk >= 24 else [])


def small_body():
    return (b"0123456789abcdef" * 9)[:SMALL_BYTES]


def large_body():
    """No two blocks alike, so that a swapped, repeated or missing one is seen."""
    return b"".join(b"%015d\n" % i for i in range(LARGE_BYTES // 16))

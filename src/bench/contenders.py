"""Starts origins and proxies from the templates in conf/."""

import json
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from processes import Process, free_ports

CONF = Path(__file__).resolve().parent / "conf"
TITLES = {"gyre": "Gyre", "nginx": "nginx", "haproxy": "HAProxy", "vertx-http-proxy": "vertx-http-proxy",
          "http-proxy": "node http-proxy", "node-script": "the Node script", "direct": "(no proxy)"}
FILES = {"gyre": "gyre.json", "nginx": "nginx.conf", "haproxy": "haproxy.cfg", "vertx-http-proxy": None,
         "http-proxy": "http-proxy.js", "node-script": "node-script.js"}
# The file that builds a server's list of backends: one line for each.
BACKEND_LINES = {"nginx": "server 127.0.0.1:{port};", "haproxy": "server origin{n} 127.0.0.1:{port} "
                 "pool-purge-delay 1h@BACKEND_TLS@", "gyre": '"@SCHEME@://127.0.0.1:{port}"',
                 "node-script": "'http://127.0.0.1:{port}'"}
# What stands in a configuration where the case has TLS: key -> (which TLS, words).
EDGE = {
    "gyre": {"LISTENER_TLS": ("tls", ', "tls": { "certificates": [ { "cert": "@CERTIFICATE@", "key": '
                                     '"@CERTIFICATE@" } ] }'),
             "BACKEND_TLS": ("tls_out", ', "tls": { "trust": "@CERTIFICATE@", "name": "localhost" }')},
    "nginx": {"LISTENER_TLS": ("tls", " ssl")},
    "haproxy": {"LISTENER_TLS": ("tls", " ssl crt @CERTIFICATE@"),
                "BACKEND_TLS": ("tls_out", " ssl verify required ca-file @CERTIFICATE@ verifyhost localhost "
                                "sni str(localhost)")},
}
SOCKETS = 100     # of the Node script's agent, unless told otherwise
POOL = 8192       # connections to a backend, and requests that wait for one, where a proxy bounds them
START_SECONDS = 30


@dataclass(frozen=True)
class WarmUp:
    share: float     # of the time asked for
    compiles: bool   # at run time, so that CPU per request falls until it is done


WARM_UP = {"gyre": WarmUp(1, True), "nginx": WarmUp(0.1, False), "haproxy": WarmUp(0.1, False),
           "vertx-http-proxy": WarmUp(1, True), "http-proxy": WarmUp(0.5, True),
           "node-script": WarmUp(0.5, True)}


def base(contender):
    """The proxy behind a contender: "gyre×2" is gyre with two workers."""
    return contender.partition("×")[0]


def workers(contender):
    return int(contender.partition("×")[2] or 1)


def title(contender):
    count = workers(contender)
    return TITLES[base(contender)] + (f", {count} workers" if count > 1 else "")


@dataclass
class Running:
    """A proxy or an origin that answers on a port, the command and configuration it was started with."""

    name: str
    port: int
    process: Process
    command: str
    config: str
    admin: int = 0
    config_file: Path = None
    tls: bool = False   # what clients meet at the port
    backend: int = 0    # of an origin: the port that proxies are to use
    secure: int = 0     # of an origin: its port under TLS

    def stats(self):
        """What an origin has counted."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/stats", timeout=10) as answer:
            return json.load(answer)


class Starter:
    """Starts what one case needs, all in one directory, each proxy on the proxy core, or on as many cores as
    it has workers."""

    def __init__(self, case, processes, tools, directory, options):
        self._case = case
        self._processes = processes
        self._tools = tools
        self.directory = directory
        self._options = options

    def origin(self, ports=1):
        """One process with one or more ports, of which Running knows the first."""
        return self.origins(free_ports(ports))

    def origins(self, ports):
        secure = free_ports(1) if self._case.tls or self._case.tls_out else []
        command = ["env", f"CERTIFICATE={self._tools.paths['certificate']}", self._tools.paths["origin"],
                   self._case.delay_ms, *ports, *(f"tls:{port}" for port in secure)]
        process = self._processes.start("origin", command, self._options.load_core)
        process.await_answer(ports[0], "/stats", START_SECONDS)
        backend = secure[0] if self._case.tls_out else ports[0]
        return Running("origin", ports[0], process, self._shown(command, self._options.load_core), "",
                       secure=secure[0] if secure else 0, backend=backend)

    def proxy(self, contender, ports, **settings):
        """Starts a contender before the origin's ports. Settings replace @NAME@ in its configuration:
        SOCKETS, POOL, QUEUE, QUEUE_TIMEOUT, WARM_UP; CORES are those it may run on, JAVA the JVM's flags,
        PROGRAM the words that start Gyre up to "run"; without AWAIT it is left to the caller to wait until it
        serves."""
        name, count = base(contender), workers(contender)
        port, admin = free_ports(2)
        cores = settings.pop("CORES", None) or self._options.cores(count)
        wait = settings.pop("AWAIT", True)
        config = FILES[name] and self.render(name, contender, ports, PORT=port, ADMIN_PORT=admin,
                                             WORKERS=count, **settings)
        command = self._command(name, config, port, ports[0], settings)
        process = self._processes.start(contender, command, cores)
        # Before its own /ready Gyre's port is open, but its view may not be there.
        ready = (admin, "/ready") if name == "gyre" else (port, "/133")
        if wait:
            process.await_answer(*ready, START_SECONDS, tls=self._case.tls and name != "gyre")
        text = config.read_text() if config else self._tools.texts.get(name, "")
        return Running(contender, port, process, self._shown(command, cores), text, admin, config,
                       tls=self._case.tls)

    def program(self, java=None):
        """The words that start Gyre, up to its own, with the JVM's flags."""
        if java is None:
            java = self._tools.java_options + self._options.java_options
        return [self._tools.paths.get("java"), *java, "-jar", self._tools.paths.get("gyre")]

    def _command(self, name, config, port, origin, settings):
        paths, node = self._tools.paths, ["env", f"NODE_PATH={self._tools.node_modules}"]
        gyre = settings.get("PROGRAM") or self.program(settings.get("JAVA"))
        return {
            "gyre": lambda: [*gyre, "run", "dev.gyre.MainVerticle", "-conf", config],
            "nginx": lambda: [paths["nginx"], "-p", self.directory, "-c", config],
            "haproxy": lambda: [paths["haproxy"], "-db", "-f", config],
            "vertx-http-proxy": lambda: [paths["java"], *self._tools.java_options, "-cp",
                                         f"{paths['vertx-http-proxy']}/*", "VertxHttpProxy", port, origin],
            "http-proxy": lambda: [*node, paths["node"], config],
            "node-script": lambda: [*node, paths["node"], config],
        }[name]()

    def render(self, name, contender, ports, **values):
        """Writes a contender's configuration, and returns its path."""
        file = FILES[name]
        text = (CONF / file).read_text()
        lines = [BACKEND_LINES[name].format(n=n, port=port) for n, port in enumerate(ports)] \
            if name in BACKEND_LINES else []
        separator = ", " if name in ("gyre", "node-script") else "\n        "
        values = {"SOCKETS": SOCKETS, "POOL": POOL, "QUEUE": POOL, "QUEUE_TIMEOUT": "1s", "WARM_UP": "0s",
                  **values,
                  "DIR": self.directory, "FILES": self._case.open_files(),
                  "CLIENTS": self._case.connections + 64, "NAME": contender,
                  "BACKENDS": separator.join(lines), "ORIGIN_PORT": ports[0]}
        for key, value in [*values.items(), *self._edge(name)]:
            text = text.replace(f"@{key}@", str(value))
        path = self.directory / f"{contender}-{file}"
        path.write_text(text)
        return path

    def _edge(self, name):
        """What a configuration says where there is TLS. It may hold @NAME@ itself, of what comes after it."""
        lines = EDGE.get(name, {})
        text = [(key, words if getattr(self._case, switch) else "") for key, (switch, words) in lines.items()]
        return [*text, ("CERTIFICATE", self._tools.paths.get("certificate", "")),
                ("SCHEME", "https" if self._case.tls_out else "http")]

    @staticmethod
    def _shown(command, cores):
        return f"taskset -c {cores} " + " ".join(map(str, command))

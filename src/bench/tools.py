"""The programs a run needs: where they are, which version, and how to get one that is missing."""

import os
import platform
import re
import resource
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SEARCH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])
NODE_MODULES = Path(os.environ.get("GYRE_BENCH_NODE_MODULES", HERE / "node_modules")).absolute()
NPM = ("npm install --no-save --prefix {} {} (or set GYRE_BENCH_NODE_MODULES to a node_modules that has it)")
C_SOURCES = {"load": ("load.c", "connections.c", "answers.c", "wire.c"), "origin": ("origin.c", "wire.c")}
C_HEADERS = ("load.h", "bodies.h", "wire.h")
LIBSSL = Path("/usr/include/openssl/ssl.h")

NEEDED = {
    "gyre": ("java", "gyre"),
    "nginx": ("nginx",),
    "haproxy": ("haproxy",),
    "vertx-http-proxy": ("java", "vertx-http-proxy"),
    "http-proxy": ("node", "http-proxy"),
    "node-script": ("node", "request"),
}


@dataclass
class Tools:
    paths: dict      # name -> path, of what is there
    versions: dict   # name -> version
    missing: dict    # name -> how to get it
    jdk: int         # feature version, 0 without a JDK
    node_modules: Path = NODE_MODULES
    texts: dict = field(default_factory=dict)   # what stands for a configuration where there is none

    def lacks(self, *names):
        return [f"{name} is missing: {self.missing[name]}" for name in names if name in self.missing]

    @property
    def java_options(self):
        """Those of target/vertx, and a heap for thousands of requests in flight."""
        unsafe = ["--sun-misc-unsafe-memory-access=allow"] if self.jdk >= 24 else []
        return ["-Xmx512m", "-XX:+UseParallelGC", "-XX:InitialRAMPercentage=0.1", "-XX:MetaspaceSize=64m",
                "-XX:TrimNativeHeapInterval=3000", "-XX:FreqInlineSize=100", "-XX:MaxInlineLevel=9",
                "-XX:InlineSmallCode=1500"] + unsafe

    def compile(self, directory):
        """Compiles load generator and origin into a directory, both a few hundred lines of C, and makes the
        certificate that they and the proxies show, in one file with its key."""
        for name, sources in C_SOURCES.items():
            self.paths[name] = str(directory / name)
            subprocess.run([self.paths["cc"], "-O2", "-o", self.paths[name],
                            *(HERE / "load" / source for source in sources), "-lssl", "-lcrypto"],
                           check=True, timeout=60)
        self.paths["certificate"] = str(certificate(directory))


def find(jar):
    """Looks for everything; starts each program once to ask for its version, and installs nothing."""
    paths, missing, versions = {}, {}, {}

    def note(name, path, remedy, version):
        if path and Path(path).exists():
            paths[name] = str(path)
            versions[name] = version(str(path))
        else:
            missing[name] = remedy

    note("cc", _which("cc"), "apt install gcc libc6-dev", lambda p: _said(p, "--version"))
    note("libssl", LIBSSL, "apt install libssl-dev", lambda p: _said("openssl", "version"))
    note("openssl", _which("openssl"), "apt install openssl", lambda p: _said(p, "version"))
    note("taskset", _which("taskset"), "apt install util-linux", lambda p: _said(p, "--version"))
    note("siege", _which("siege"), "apt install siege (only origin-experiment needs it)",
         lambda p: re.search(r"SIEGE [\d.]+", _said(p, "--version", 99)).group())
    note("slowhttptest", _which("slowhttptest"), "apt install slowhttptest (only attack needs it)",
         lambda p: re.search(r"version ([\d.]+)|$", _said(p, "-h", 99)).group())
    note("nginx", _which("nginx"), "apt install nginx-light", lambda p: _said(p, "-v"))
    note("haproxy", _which("haproxy"), "apt install haproxy", lambda p: " ".join(_said(p, "-v").split()[:3]))
    note("java", _java(), "apt install openjdk-17-jdk-headless, or set JAVA_HOME",
         lambda p: _said(p, "-version", 3))
    note("node", _which("node"), "apt install nodejs", lambda p: _said(p, "--version"))
    note("http-proxy", NODE_MODULES / "http-proxy", NPM.format(HERE, "http-proxy@1.18.1"), _package_version)
    note("request", NODE_MODULES / "request", NPM.format(HERE, "request@2.88.2"), _package_version)
    note("vertx-http-proxy", HERE / "vertx-http-proxy" / "target" / "lib",
         "mvn -q -f src/bench/vertx-http-proxy/pom.xml package", _jar_versions)
    note("gyre", jar, "mvn -q clean package -DskipTests", lambda p: p)
    jdk = re.search(r'version "(\d+)', versions.get("java", ""))
    texts = {"vertx-http-proxy": (HERE / "vertx-http-proxy" / "VertxHttpProxy.java").read_text()}
    return Tools(paths, versions, missing, int(jdk.group(1)) if jdk else 0, texts=texts)


def certificate(directory):
    """For localhost, signed by itself: ECDSA on P-256, as today's authorities give out."""
    parts = directory / "certificate.pem", directory / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-keyout", parts[1], "-out", parts[0]], check=True, timeout=60, capture_output=True)
    both = directory / "localhost.pem"
    both.write_text("".join(part.read_text() for part in parts))
    # A worker of nginx that gave up root reads it, too.
    both.chmod(0o644)
    return both


def _which(name):
    return shutil.which(name, path=SEARCH)


def _java():
    home = os.environ.get("JAVA_HOME")
    return Path(home, "bin", "java") if home else _which("java")


def _package_version(directory):
    text = Path(directory, "package.json").read_text()
    return re.search(r'"version":\s*"([^"]+)"', text).group(1)


def _jar_versions(directory):
    return ", ".join(sorted(jar.stem for pattern in ("vertx-http-proxy-*.jar", "vertx-core-[0-9]*.jar")
                            for jar in Path(directory).glob(pattern)))


def _said(path, flag, lines=1):
    # siege writes a configuration into the home of whoever asks for its version.
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run([path, flag], capture_output=True, text=True, timeout=20,
                              env={**os.environ, "HOME": home})
    return "; ".join((done.stdout + done.stderr).strip().splitlines()[:lines])


def machine(options):
    """What the figures depend on and the programs do not know."""
    cpu = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return {
        "cpu": cpu.group(1) if cpu else platform.machine(),
        "cores": f"{len(os.sched_getaffinity(0))} (proxy on {options.proxy_core}, load and origin on "
                 f"{options.load_core})",
        "kernel": f"{platform.system()} {platform.release()}",
        "load average at start": " ".join(f"{x:.2f}" for x in os.getloadavg()),
        "open files": str(resource.getrlimit(resource.RLIMIT_NOFILE)[0]),
    }


def ephemeral_ports():
    """How many connections the kernel lets one address open to one port of another."""
    low, high = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    return high - low + 1


def raise_open_files(wanted):
    """Raises the limit of open files for us and what we start; returns what it came to."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    if soft == unlimited or soft >= wanted:
        return wanted
    for limits in ((wanted, max(wanted, hard) if hard != unlimited else hard), (hard, hard)):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            return limits[0]
        except (ValueError, OSError):
            continue
    return soft

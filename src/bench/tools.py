"""The programs a run needs: where they are, which version, and how to get one that is missing."""

import os
import platform
import re
import resource
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SEARCH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"])
NODE_MODULES = "GYRE_BENCH_NODE_MODULES"


@dataclass(frozen=True)
class Tools:
    paths: dict      # name -> path, of what is there
    versions: dict   # name -> version
    missing: dict    # name -> how to get it
    jdk: int         # feature version, 0 without a JDK

    def lacks(self, *names):
        return [f"{name} is missing: {self.missing[name]}" for name in names if name in self.missing]


NEEDED = {
    "gyre": ("java", "gyre"),
    "nginx": ("nginx",),
    "haproxy": ("haproxy",),
    "http-proxy": ("node", "http-proxy"),
}


def find(jar):
    """Looks for everything; starts each program once to ask for its version, and installs nothing."""
    paths, missing, versions = {}, {}, {}

    def note(name, path, remedy, version):
        if path and Path(path).exists():
            paths[name] = str(path)
            versions[name] = version(str(path))
        else:
            missing[name] = remedy

    note("wrk", _which("wrk"), "apt install wrk", lambda p: _said(p, "-v").split(" [")[0])
    note("curl", _which("curl"), "apt install curl", lambda p: _words(_said(p, "--version"), 2))
    note("taskset", _which("taskset"), "apt install util-linux", lambda p: _said(p, "--version"))
    note("nginx", _which("nginx"), "apt install nginx-light", lambda p: _said(p, "-v"))
    note("haproxy", _which("haproxy"), "apt install haproxy", lambda p: _words(_said(p, "-v"), 3))
    note("java", _java(), "apt install openjdk-17-jdk-headless, or set JAVA_HOME",
         lambda p: _said(p, "-version", 3))
    note("node", _which("node"), "apt install nodejs", lambda p: _said(p, "--version"))
    note("http-proxy", _http_proxy(), f"npm install --no-save --prefix {HERE} http-proxy@1.18.1 "
         f"(or set {NODE_MODULES} to a node_modules that has it)", _package_version)
    note("gyre", jar, "mvn -q clean package -DskipTests", lambda p: p)
    jdk = re.search(r'version "(\d+)', versions.get("java", ""))
    return Tools(paths, versions, missing, int(jdk.group(1)) if jdk else 0)


def _which(name):
    return shutil.which(name, path=SEARCH)


def _java():
    home = os.environ.get("JAVA_HOME")
    return Path(home, "bin", "java") if home else _which("java")


def _http_proxy():
    return Path(os.environ.get(NODE_MODULES, HERE / "node_modules"), "http-proxy").absolute()


def _package_version(directory):
    text = Path(directory, "package.json").read_text()
    return re.search(r'"version":\s*"([^"]+)"', text).group(1)


def _said(path, flag, lines=1):
    done = subprocess.run([path, flag], capture_output=True, text=True, timeout=20)
    return "; ".join((done.stdout + done.stderr).strip().splitlines()[:lines])


def _words(text, count):
    return " ".join(text.split()[:count])


def machine(proxy_core, load_core):
    """What the figures depend on and the programs do not know."""
    cpu = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return {
        "cpu": cpu.group(1) if cpu else platform.machine(),
        "cores": f"{len(os.sched_getaffinity(0))} (proxy on {proxy_core}, load and origin on {load_core})",
        "kernel": f"{platform.system()} {platform.release()}",
        "load average at start": " ".join(f"{x:.2f}" for x in os.getloadavg()),
        "open files": str(resource.getrlimit(resource.RLIMIT_NOFILE)[0]),
    }


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

"""Processes started, watched and ended by process id, and the CPU time they used."""

import contextlib
import http.client
import os
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path


class StartFailed(Exception):
    """A process did not come up; the message says which, and ends with what it wrote."""


class Processes:
    """Everything one run has started. Leaving the context ends all of it, last started first."""

    def __init__(self, directory):
        self._directory = directory
        self._running = []
        self._started = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        while self._running:
            self.end(self._running[-1])

    def start(self, name, command, core):
        """Starts a command pinned to a core, or to a list of them as for taskset, in its own session so that
        Ctrl-C reaches only us."""
        # Not by their number now: one that has ended may have had the same.
        self._started += 1
        log = self._directory / f"{name}-{self._started}.log"
        with open(log, "wb") as out:
            popen = subprocess.Popen(["taskset", "-c", str(core), *map(str, command)],
                                     stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                     cwd=self._directory, start_new_session=True)
        process = Process(name, popen, log)
        self._running.append(process)
        return process

    def end(self, process):
        self.forget(process)
        process.end()

    def forget(self, process):
        """It has ended by itself."""
        self._running.remove(process)


class Process:
    def __init__(self, name, popen, log):
        self.name = name
        self._popen = popen
        self._log = log

    def pids(self):
        """The process and its descendants, so that the workers of a master count."""
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                pid, rest = int(stat.parent.name), stat.read_text().rpartition(")")[2]
                parents.setdefault(int(rest.split()[1]), []).append(pid)
        found = [self._popen.pid]
        for pid in found:
            found += parents.get(pid, [])
        return sorted(found)

    def await_answer(self, port, path, seconds, interval=0.05, tls=False):
        """Waits until a GET of the path is answered with 200, under TLS whatever the certificate. Raises StartFailed after the given seconds."""
        deadline = time.monotonic() + seconds
        seen = "no connection"
        while time.monotonic() < deadline:
            if self._popen.poll() is not None:
                raise StartFailed(f"{self.name} ended with {self._popen.returncode}: {self._last_words()}")
            try:
                status = _status(port, path, tls)
                if status == 200:
                    return
                seen = f"status {status}"
            except (OSError, http.client.HTTPException) as e:
                seen = str(e)
            time.sleep(interval)
        raise StartFailed(f"{self.name} did not answer {path} within {seconds} s ({seen}): "
                          f"{self._last_words()}")

    def signal(self, number):
        self._popen.send_signal(number)

    def wait(self, seconds):
        """Its exit code. Raises StartFailed if it does not end in time."""
        try:
            return self._popen.wait(seconds)
        except subprocess.TimeoutExpired:
            raise StartFailed(f"{self.name} has not ended within {seconds:.0f} s") from None

    def output(self):
        """All that it has written so far."""
        return self._log.read_text(errors="replace")

    def _last_words(self):
        lines = self.output().strip().splitlines()
        return " / ".join(lines[-5:]) or "it wrote nothing"

    def end(self):
        """SIGTERM, five seconds, then SIGKILL to what is left of it."""
        descendants = self.pids()
        if self._popen.poll() is None:
            self._popen.terminate()
        try:
            self._popen.wait(5)
        except subprocess.TimeoutExpired:
            for pid in descendants:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._popen.wait()


def _status(port, path, tls):
    connection = client(port, 2, tls)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def client(port, timeout, tls=False):
    """A connection to a port of this host, under TLS whatever the certificate."""
    if not tls:
        return http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    anything = ssl.create_default_context()
    anything.check_hostname = False
    anything.verify_mode = ssl.CERT_NONE
    return http.client.HTTPSConnection("127.0.0.1", port, timeout=timeout, context=anything)


def cpu_ns(pids):
    """User and system time of the processes, of threads that have ended too, in nanoseconds.

    The kernel's CPU clock of another process (clock_getcpuclockid(3)) has no 10 ms tick, unlike
    /proc/PID/stat, and forgets no thread, unlike a sum over /proc/PID/task.
    """
    cpuclock_sched = 2
    return sum(time.clock_gettime_ns((~pid << 3) | cpuclock_sched) for pid in pids)


def rss_mb(pids):
    """Resident memory of the processes, in MB of 2^20 bytes; what they share counts for each."""
    return sum(int(Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()[0])
               for pid in pids) / 1024


def machine_ns():
    """CPU time (busy, stolen by the hypervisor) of all cores since boot, in nanoseconds."""
    user, nice, system, _, _, irq, softirq, steal = map(int, open("/proc/stat").readline().split()[1:9])
    tick = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
    return (user + nice + system + irq + softirq) * tick, steal * tick


def free_ports(count):
    """Ports of the loopback interface that were free a moment ago, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]

"""The command line that all of these programs share, and what they begin with."""

import argparse
import contextlib
import os
import shlex
import signal
import sys
import tempfile
from pathlib import Path

import tools
from contenders import base
from processes import Processes

OPEN_FILES = 32768
ENDING = (signal.SIGTERM, signal.SIGHUP)


class Options(argparse.Namespace):
    def cores(self, workers):
        """The cores of a proxy with so many workers: its own first, that of the load last."""
        cores = sorted(os.sched_getaffinity(0), key=lambda core: (core == self.load_core, core))
        cores.remove(self.proxy_core)
        return ",".join(map(str, [self.proxy_core, *cores][:workers]))


def parser(prog, description, output="bench"):
    cores = sorted(os.sched_getaffinity(0))
    made = argparse.ArgumentParser(prog=prog, description=description,
                                   epilog="Exit code: 0 measured, 1 something failed, 2 cannot run.")
    add = made.add_argument
    add("--proxy-core", type=int, choices=cores, default=cores[0], help=f"(default: {cores[0]})")
    add("--load-core", type=int, choices=cores, default=cores[-1], help=f"(default: {cores[-1]})")
    add("--gyre-jar", type=Path, default=tools.ROOT / "target" / "gyre.jar", metavar="FILE",
        help="(default: target/gyre.jar)")
    add("--java-options", type=shlex.split, default=[], metavar="TEXT",
        help="further JVM flags for Gyre, as in --java-options='-XX:+UseZGC'")
    add("--output", type=Path, default=tools.ROOT / "target" / output, metavar="DIR",
        help=f"where the results go (default: target/{output})")
    add("--check", action="store_true", help="only say what is there and what is missing")
    return made


def parse(made):
    options = made.parse_args(namespace=Options())
    options.gyre_jar = options.gyre_jar.resolve()
    return options


def begin(options, contenders, asked_by_name, *further):
    """Says what is there and what is missing; returns the tools, and the contenders that can run. One asked
    for by name must be there. Ends with code 2 if nothing useful can be measured."""
    found = tools.find(options.gyre_jar)
    for name, version in found.versions.items():
        say(f"{name}: {version}")
    lacking = {name: found.lacks(*tools.NEEDED[base(name)]) for name in contenders}
    needed = found.lacks("cc", "libssl", "openssl", "taskset", *further)
    for line in dict.fromkeys(needed + sum(lacking.values(), [])):
        say(line)
    can_run = [name for name in contenders if not lacking[name]]
    if options.check:
        sys.exit(0)
    if needed or not can_run or (asked_by_name and len(can_run) < len(contenders)):
        sys.exit(2)
    if options.proxy_core == options.load_core:
        say("proxy, load and origin share one core: requests/s and latencies say little")
    # So that what was started is ended, and the directory removed, whichever way we go.
    for number in ENDING:
        signal.signal(number, _end)
    return found, can_run


def _end(*_):
    # A second one, as whoever signals a whole group sends, must not break off the clearing up.
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    sys.exit("ended by a signal")


@contextlib.contextmanager
def workplace():
    """A directory and what is started in it; the directory outlives the processes that write there."""
    with tempfile.TemporaryDirectory(prefix="gyre-bench-") as name:
        directory = Path(name)
        directory.chmod(0o755)  # a worker of nginx that gave up root must still read it
        with Processes(directory) as processes:
            yield directory, processes


def names(*allowed):
    def parse_names(text):
        given = tuple(text.split(","))
        for name in given:
            if name not in allowed:
                raise argparse.ArgumentTypeError(f"{name!r} (expected: of {', '.join(allowed)})")
        return given
    return parse_names


def positive(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} (expected: a whole number from 1)")
    return int(text)


def say(text):
    print(text, file=sys.stderr, flush=True)

"""Before anything is measured: does every answer arrive whole, and what does the proxy add to it?"""

import subprocess

from cases import SMALL_BYTES
from contenders import large_body, small_body


class WrongAnswer(Exception):
    """An answer through a proxy is not what the origin sent; the message says in what."""


def answer_bytes(curl, directory, case, running):
    """Fetches the case's answer twice, compares every byte, and returns the length of one whole answer, head
    included. Raises WrongAnswer."""
    expected = {"small": small_body, "large": large_body, "slow": lambda: b"x" * SMALL_BYTES}[case.name]()
    first, second = (_fetch(curl, directory, running, case.path) for _ in range(2))
    for status, head, body in (first, second):
        if status != 200:
            raise WrongAnswer(f"{running.name}: status {status} (expected: 200)")
        if body != expected:
            raise WrongAnswer(f"{running.name}: {len(body)} bytes that differ from the {len(expected)} sent")
    if len(first[1]) != len(second[1]):
        raise WrongAnswer(f"{running.name}: the length of the answer's head changes")
    return len(first[1]) + len(expected)


def headers_seen(curl, directory, running):
    """What the origin got of the headers a proxy should add, and the Via the client got."""
    _, head, body = _fetch(curl, directory, running, "/seen")
    seen = dict(line.split(":", 1) for line in body.decode().splitlines())
    via = [line for line in head.decode().splitlines() if line.lower().startswith("via:")]
    seen["Via to the client"] = via[0].split(":", 1)[1] if via else ""
    return {name: value.strip() for name, value in seen.items()}


def _fetch(curl, directory, running, path):
    head, body = directory / "head", directory / "body"
    # Only the headers wrk sends: an answer may depend on the others.
    done = subprocess.run([curl, "-sS", "--max-time", "20", "-H", "Accept:", "-H", "User-Agent:",
                           "-D", head, "-o", body, f"http://127.0.0.1:{running.port}{path}"],
                          capture_output=True, text=True, timeout=30)
    if done.returncode:
        raise WrongAnswer(f"{running.name}: {done.stderr.strip()}")
    raw = head.read_bytes()
    return int(raw.split()[1]), raw, body.read_bytes()

"""Before anything is measured: does every answer arrive whole, and what does the proxy add to it?"""

import http.client

from processes import client

ADDED = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Via")


class WrongAnswer(Exception):
    """An answer through a proxy is not what the origin sent; the message says in what."""


def check(case, running):
    """Fetches each of the case's answers twice and compares every byte. Raises WrongAnswer."""
    for kind in case.kinds:
        for _ in range(2):
            status, body, _ = _fetch(running, kind.method, f"/{kind.answer}", _body(kind.upload))
            if status != 200:
                raise WrongAnswer(f"{running.name}: status {status} (expected: 200)")
            if body != _body(kind.answer):
                raise WrongAnswer(f"{running.name}: {len(body)} bytes that differ from the {kind.answer} "
                                  f"sent")


def headers_seen(running):
    """What the origin got of the headers a proxy should add, and the Via the client got."""
    _, body, headers = _fetch(running, "GET", "/seen", b"")
    lines = [line.partition(":") for line in body.decode().splitlines()[1:] if ":" in line]
    arrived = {name.lower(): value.strip() for name, _, value in lines}
    seen = {name: arrived.get(name.lower(), "") for name in ADDED}
    seen["Via to the client"] = headers.get("Via", "")
    return seen


def _body(length):
    """As in load/bodies.h: no two blocks alike, so that a swapped, repeated or missing one is seen."""
    return b"".join(b"%015d\n" % i for i in range(length // 16 + 1))[:length]


def _fetch(running, method, path, upload):
    connection = client(running.port, 20, running.tls)
    try:
        connection.request(method, path, upload or None)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers
    except (OSError, http.client.HTTPException) as e:
        raise WrongAnswer(f"{running.name}: {e!r}") from e
    finally:
        connection.close()

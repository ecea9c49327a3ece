"""How each proxy is told of a backend that comes, drains and goes while it runs."""

import http.client
import json
import signal
import socket
import time

from processes import StartFailed

STEPS = ("add", "drain", "remove")
PATIENCE_SECONDS = 10


class ByCommand:
    """Gyre: a command for each change, over one connection to the admin port."""

    def __init__(self, running, starter):
        self._connection = http.client.HTTPConnection("127.0.0.1", running.admin, timeout=PATIENCE_SECONDS)

    def change(self, step, port):
        command = {"command": f"backend.{step}", "service": "origin", "url": f"http://127.0.0.1:{port}"}
        self._connection.request("POST", "/api/commands", json.dumps(command),
                                 {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise StartFailed(f"gyre: {step}: {answer.status} {text[:200]!r}")


class ByReload:
    """nginx: the whole file written anew and the signal that nginx -s reload sends, for each change."""

    def __init__(self, running, starter):
        self._running = running
        self._file = running.config_file
        self._text = self._file.read_text()

    def change(self, step, port):
        line = f"        server 127.0.0.1:{port};\n"
        down = line.replace(";", " down;")
        keepalive = "        keepalive 8192;\n"
        before, after = {"add": (keepalive, line + keepalive), "drain": (line, down),
                         "remove": (down, "")}[step]
        if before not in self._text:
            raise StartFailed(f"nginx: {step}: no {before.strip()} in {self._file}")
        self._text = self._text.replace(before, after)
        self._file.write_text(self._text)
        self._running.process.signal(signal.SIGHUP)


class ByRuntimeApi:
    """HAProxy: the runtime API on its socket. A server can go when it is in maintenance and not in use."""

    def __init__(self, running, starter):
        self._path = str(starter.directory / f"haproxy-{running.port}.sock")

    def change(self, step, port):
        name = f"origin/added{port}"
        if step == "add":
            self._say(f"add server {name} 127.0.0.1:{port} pool-purge-delay 1h", "registered")
            self._say(f"enable server {name}")
        elif step == "drain":
            self._say(f"set server {name} state drain")
        else:
            self._say(f"set server {name} state maint")
            self._say(f"shutdown sessions server {name}")
            self._say(f"del server {name}", "deleted")

    def _say(self, command, expected=""):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(PATIENCE_SECONDS)
                connection.connect(self._path)
                connection.sendall(command.encode() + b"\n")
                answer = b"".join(iter(lambda: connection.recv(4096), b"")).decode().strip()
            if expected in answer and (expected or not answer):
                return
            if time.monotonic() > deadline:
                raise StartFailed(f"haproxy: {command}: {answer}")
            time.sleep(0.01)


HOW = {"gyre": ByCommand, "nginx": ByReload, "haproxy": ByRuntimeApi}

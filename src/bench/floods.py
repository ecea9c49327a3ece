"""Clients that want to use up a proxy's memory: each kind of connection holds as much of it as it may, and gives
nothing back. Run as a process of its own:

    floods.py PORT SECONDS KIND[=CONNECTIONS] ...

It prints "ready" when all that it wanted to send has been sent or refused, and ends what it has opened after so
many seconds; its last line tells, by kind, how many connections it had opened and how many were still open."""

import contextlib
import json
import selectors
import socket
import struct
import sys
import time

KINDS = {"heads": 8000, "pipelines": 300, "readers": 2000, "headers": 1000, "uploads": 5000}
FIELDS = b"".join(b"X-%d: %s\r\n" % (i, b"v" * 600) for i in range(95))      # 58 KB
ADDRESSES = 4               # so that no limit on those of one address gets in the way
SMALL_WINDOW = 2048
A_TURN = 0.5                # seconds between two looks at those that do something now and then


class Client:
    """A connection that sends what it has at once, and then does what its kind does."""

    def __init__(self, kind, number, port):
        self.kind = kind
        self.socket = socket.socket()
        self.socket.setblocking(False)
        if kind in ("pipelines", "readers"):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_WINDOW)
        # Those that end by a reset leave no port behind that nobody can use for a minute.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.bind((f"127.0.1.{1 + number % ADDRESSES}", 0))
        self.socket.connect_ex(("127.0.0.1", port))
        self.left = memoryview(SAYS[kind])
        self.open = True

    def send(self):
        """True when there is nothing left to send."""
        try:
            while self.left:
                self.left = self.left[self.socket.send(self.left):]
        except BlockingIOError:
            return False
        except OSError:
            self.end()
        return True

    def take(self, most):
        """Reads; what is answered with its whole head asks again."""
        try:
            read = self.socket.recv(most)
            if not read:
                self.end()
            elif self.kind == "headers":
                self.left = self.left or memoryview(SAYS["headers"])
                self.send()
        except BlockingIOError:
            pass
        except OSError:
            self.end()

    def gone(self):
        """A client that reads nothing is told of a reset all the same."""
        if self.open and self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self.end()
        return not self.open

    def end(self):
        if self.open:
            self.open = False
            self.socket.close()


SAYS = {
    "heads": b"GET /133 HTTP/1.1\r\nHost: flood\r\n" + FIELDS,
    "pipelines": b"GET /133 HTTP/1.1\r\nHost: flood\r\n\r\n" * 5000,
    "readers": b"GET /10485760 HTTP/1.1\r\nHost: flood\r\n\r\n",
    "headers": b"GET /133 HTTP/1.1\r\nHost: flood\r\n" + FIELDS + b"\r\n",
    "uploads": b"POST /133 HTTP/1.1\r\nHost: flood\r\nContent-Length: 1048576\r\n\r\n" + b"u" * 16384,
}


def main():
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    wanted = {}
    for asked in sys.argv[3:]:
        kind, _, count = asked.partition("=")
        wanted[kind] = int(count or KINDS[kind])
    until = time.monotonic() + seconds
    clients = flood(port, wanted, until)
    print("ready", flush=True)
    while time.monotonic() < until:
        for client in clients:
            if client.open and client.kind in ("readers", "headers"):
                client.take(1024 if client.kind == "readers" else 65536)
        time.sleep(A_TURN)
    print(json.dumps({kind: {"opened": count,
                             "kept": sum(c.kind == kind and not c.gone() for c in clients)}
                      for kind, count in wanted.items()}))
    for client in clients:
        client.end()


def flood(port, wanted, until):
    """All kinds mixed, as they would come."""
    order = [kind for n in range(max(wanted.values())) for kind, count in wanted.items() if n < count]
    clients, sending = [], selectors.EpollSelector()
    for number, kind in enumerate(order):
        with contextlib.suppress(OSError):
            client = Client(kind, number, port)
            clients.append(client)
            sending.register(client.socket, selectors.EVENT_WRITE, client)
        turn(sending, 0)
    # What is not taken within a while never will be: the proxy has stopped to read.
    calm = time.monotonic() + 2
    while sending.get_map() and time.monotonic() < min(until, calm):
        turn(sending, 0.1)
    return clients


def turn(sending, timeout):
    for key, _ in sending.select(timeout):
        if key.data.send() or not key.data.open:
            with contextlib.suppress(KeyError, ValueError):
                sending.unregister(key.fileobj)


if __name__ == "__main__":
    import tools
    tools.raise_open_files(20000)
    main()

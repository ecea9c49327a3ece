"""The clients of the soak: honest ones, whose every answer must be right, and rude ones, who may fail."""

import asyncio
import itertools
import random
import socket
import struct
import zlib
from collections import Counter

from soak_backend import BLOCK, FAULTS, body, checksum

PATIENCE = 20
SIZES = (0, 1, 133, 4_000, 70_000)
SUMS = {size: checksum(size) for size in (*SIZES, 1_000_000, 4_000_000)}
BAD_REQUESTS = (
    b"GET / HTTP/1.1\r\n\r\n", b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /../x HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nX-A: b\x01\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: steady\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X-A: b\r\n" * 200 + b"\r\n")


class Wrong(Exception):
    """An honest client got what it must not get; the message says what."""


class Clients:
    """Runs all kinds at once for a while, again and again, and counts what became of their requests."""

    def __init__(self, port, only):
        self.port = port
        self.only = only
        self.done = Counter()
        self.failures = Counter()

    async def run(self, seconds):
        end = asyncio.get_running_loop().time() + seconds
        await asyncio.gather(*(self._client(kind, end, number) for kind, count in KINDS.items()
                               if not self.only or kind.__name__ in self.only for number in range(count)))

    async def _client(self, kind, end, number):
        dice = random.Random(f"{kind.__name__} {number} {end}")
        while asyncio.get_running_loop().time() < end:
            connection = None
            try:
                connection = await Connection.to(self.port)
                steps = kind(connection, dice).__aiter__()
                while asyncio.get_running_loop().time() < end and await step(steps):
                    self.done[kind.__name__] += 1
            except (Wrong, OSError, ValueError, asyncio.IncompleteReadError, asyncio.TimeoutError) as e:
                self.failures[kind.__name__, f"{type(e).__name__} {e}"[:200]] += 1
            finally:
                if connection:
                    connection.close()


async def step(steps):
    """Whether there was another one; a connection may live as long as it likes, an answer may not take so long."""
    async with timeout(PATIENCE):
        try:
            await steps.__anext__()
            return True
        except StopAsyncIteration:
            return False


class timeout:
    """As asyncio.timeout, which Python 3.8 lacks."""

    def __init__(self, seconds):
        self._seconds = seconds
        self._late = False

    async def __aenter__(self):
        task = asyncio.current_task()
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._expire, task)

    def _expire(self, task):
        self._late = True
        task.cancel()

    async def __aexit__(self, kind, *_):
        self._timer.cancel()
        if self._late and kind is asyncio.CancelledError:
            raise asyncio.TimeoutError(f"nothing after {self._seconds} s")


class Connection:
    def __init__(self, reader, writer):
        self.reader = reader
        self.writer = writer

    @classmethod
    async def to(cls, port):
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def close(self):
        self.writer.close()

    def reset(self):
        linger = struct.pack("ii", 1, 0)
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.writer.transport.abort()

    def get(self, host, path):
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())

    async def answer(self, pause=0):
        """Status, length and CRC-32 of an answer; with a pause after each piece."""
        status = int((await self.reader.readuntil(b"\r\n")).split()[1])
        fields = {}
        while line := (await self.reader.readuntil(b"\r\n")).strip():
            name, _, value = line.decode("latin-1").partition(":")
            fields[name.lower()] = value.strip()
        length = crc = 0
        async for piece in self._pieces(fields):
            length += len(piece)
            crc = zlib.crc32(piece, crc)
            if pause:
                await asyncio.sleep(pause)
        return status, length, crc

    async def _pieces(self, fields):
        if fields.get("transfer-encoding") == "chunked":
            while size := int((await self.reader.readuntil(b"\r\n")), 16):
                yield await self.reader.readexactly(size)
                await self.reader.readexactly(2)
            await self.reader.readexactly(2)
            return
        left = int(fields.get("content-length", 0))
        while left:
            piece = await self.reader.read(min(65536, left))
            if not piece:
                raise asyncio.IncompleteReadError(b"", left)
            left -= len(piece)
            yield piece

    async def right(self, size, pause=0):
        expect(await self.answer(pause), (200, size, SUMS[size]))


def expect(found, expected):
    if found != expected:
        raise Wrong(f"{found} (expected: {expected})")


async def keep_alive(connection, dice):
    while True:
        size = dice.choice(SIZES)
        connection.get("steady", f"/{dice.choice(('bytes', 'chunked'))}/{size}")
        await connection.right(size)
        yield
        await asyncio.sleep(0.005)


async def fresh(connection, dice):
    size = dice.choice(SIZES)
    connection.get("steady", f"/bytes/{size}")
    await connection.right(size)
    yield


async def large(connection, dice):
    connection.get("steady", f"/{dice.choice(('bytes', 'chunked'))}/4000000")
    await connection.right(4_000_000)
    yield


async def upload(connection, dice):
    size = dice.choice((0, 4_000, 4_000_000))
    chunked = dice.random() < 0.5
    framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
    connection.writer.write(f"POST /echo HTTP/1.1\r\nHost: steady\r\n{framing}\r\n\r\n".encode())
    crc = 0
    for piece in body(size):
        crc = zlib.crc32(piece, crc)
        connection.writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
        await connection.writer.drain()
    connection.writer.write(b"0\r\n\r\n" if chunked else b"")
    echo = f"{size} {crc}".encode()
    expect(await connection.answer(), (200, len(echo), zlib.crc32(echo)))
    yield


async def pipelined(connection, dice):
    sizes = [dice.choice(SIZES) for _ in range(8)]
    for size in sizes:
        connection.get("steady", f"/bytes/{size}")
    for size in sizes:
        await connection.right(size)
        yield


async def leisurely(connection, _):
    """Reads a large answer with pauses, so that it waits for this client everywhere."""
    connection.get("steady", "/bytes/1000000")
    await connection.right(1_000_000, pause=0.05)
    yield


async def killed(connection, _):
    """Small answers of backends that are killed all the time: another one has to answer."""
    while True:
        connection.get("killed", "/bytes/133")
        await connection.right(133)
        yield
        await asyncio.sleep(0.01)


async def leaves(connection, dice):
    """Goes in the middle of an answer or of a request, with an end or a reset."""
    if dice.random() < 0.5:
        connection.get("steady", "/bytes/4000000")
        await connection.reader.readexactly(dice.randrange(1, 100_000))
    else:
        connection.writer.write(b"POST /echo HTTP/1.1\r\nHost: steady\r\nContent-Length: 90000\r\n\r\n" + BLOCK)
        await connection.writer.drain()
    if dice.random() < 0.5:
        connection.reset()
    yield
    await asyncio.sleep(0.01)


async def bad(connection, dice):
    connection.writer.write(dice.choice(BAD_REQUESTS))
    try:
        status, _, _ = await connection.answer()
    except ConnectionResetError:
        status = 400
    if status < 400:
        raise Wrong(f"{status} for a bad request")
    yield
    await asyncio.sleep(0.02)


async def stalled(connection, _):
    """Reads nothing of a large answer for a while."""
    connection.writer.transport.pause_reading()
    connection.get("steady", "/bytes/4000000")
    await asyncio.sleep(1)
    connection.reset()
    yield


async def faulty(connection, dice):
    """Anything may come, but soon."""
    for word in itertools.chain(dice.sample(sorted(FAULTS), len(FAULTS))):
        connection.get("faulty", f"/{word}")
        try:
            await connection.answer()
        except (OSError, asyncio.IncompleteReadError, ValueError):
            return
        finally:
            yield


# Each with how many of it run at a time.
KINDS = {keep_alive: 8, fresh: 4, large: 2, upload: 2, pipelined: 2, leisurely: 4, killed: 4,
         leaves: 3, bad: 2, stalled: 4, faulty: 6}

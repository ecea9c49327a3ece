#!/usr/bin/env python3
"""A backend for the soak: answers by path, well (/bytes/N, /chunked/N, /echo) or badly (/reset, /hang, …)."""

import asyncio
import socket
import struct
import sys
import zlib

BLOCK = bytes(i * 31 % 251 for i in range(64 * 1024))


def body(length):
    """The bytes that every answer of this length has, in pieces."""
    for start in range(0, length, len(BLOCK)):
        yield BLOCK[:min(len(BLOCK), length - start)]


def checksum(length):
    crc = 0
    for piece in body(length):
        crc = zlib.crc32(piece, crc)
    return crc


async def read_body(reader, fields):
    """Length and CRC-32 of a request's body."""
    length = crc = 0
    if fields.get("transfer-encoding", "").lower() == "chunked":
        while size := int((await reader.readline()).split(b";")[0], 16):
            crc = zlib.crc32(await reader.readexactly(size), crc)
            length += size
            await reader.readexactly(2)
        while (await reader.readline()).strip():
            pass
        return length, crc
    while length < int(fields.get("content-length", 0)):
        piece = await reader.read(min(65536, int(fields["content-length"]) - length))
        if not piece:
            raise ConnectionError("the body broke off")
        length += len(piece)
        crc = zlib.crc32(piece, crc)
    return length, crc


async def serve(reader, writer):
    try:
        while head := await read_head(reader):
            path, fields = head
            length, crc = await read_body(reader, fields)
            await answer(path, f"{length} {crc}".encode(), writer)
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def read_head(reader):
    line = await reader.readline()
    if not line:
        return None
    fields = {}
    while field := (await reader.readline()).strip():
        name, _, value = field.decode("latin-1").partition(":")
        fields[name.lower()] = value.strip()
    return line.decode("latin-1").split()[1], fields


async def answer(path, echo, writer):
    _, word, *rest = path.split("/")
    if word == "bytes":
        await send(writer, b"Content-Length: %d" % int(rest[0]), body(int(rest[0])))
    elif word == "chunked":
        pieces = (b"%x\r\n%b\r\n" % (len(piece), piece) for piece in body(int(rest[0])))
        await send(writer, b"Transfer-Encoding: chunked", pieces)
        writer.write(b"0\r\n\r\n")
    elif word == "echo":
        await send(writer, b"Content-Length: %d" % len(echo), [echo])
    else:
        await FAULTS[word](writer)
    await writer.drain()


async def send(writer, framing, pieces):
    writer.write(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n")
    for piece in pieces:
        writer.write(piece)
        await writer.drain()


async def reset(writer):
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()
    raise ConnectionError("as asked")


async def hang(_):
    await asyncio.sleep(10)
    raise ConnectionError("as asked")


async def error(writer):
    writer.write(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\nno")


async def trickle(writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n")
    for _ in range(20):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def close(writer):
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n" + BLOCK[:1000])
    await writer.drain()
    raise ConnectionError("as asked")


async def garbage(writer):
    writer.write(b"HTTP/1.1 2OO OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nno")


FAULTS = {"reset": reset, "hang": hang, "500": error, "trickle": trickle, "close": close, "garbage": garbage}


async def main(port):
    server = await asyncio.start_server(serve, "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))

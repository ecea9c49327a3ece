package dev.gyre.kit;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Frames of a WebSocket (RFC 6455, section 5.2), byte by byte. */
public final class Frames {

    public static final int BINARY = 2;
    public static final int CLOSE = 8;
    public static final String SWITCHED = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    public static final String ASKING = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\n"
            + "Upgrade: WebSocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    private Frames() {
    }

    /** @param payload without its mask */
    public record Frame(int opcode, boolean masked, byte[] payload) {

        public int status() {
            return (payload[0] & 0xff) << 8 | payload[1] & 0xff;
        }
    }

    /** Clients mask what they send, servers do not. */
    public static byte[] of(int opcode, boolean masked, byte[] payload) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            out.writeByte(0x80 | opcode);
            int mask = masked ? 0x80 : 0;
            if (payload.length < 126) {
                out.writeByte(mask | payload.length);
            } else if (payload.length < 1 << 16) {
                out.writeByte(mask | 126);
                out.writeShort(payload.length);
            } else {
                out.writeByte(mask | 127);
                out.writeLong(payload.length);
            }
            byte[] key = {1, 2, 3, (byte) 0xf4};
            if (masked) {
                out.write(key);
            }
            for (int i = 0; i < payload.length; i++) {
                out.writeByte(masked ? payload[i] ^ key[i % 4] : payload[i]);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    public static Frame read(Wire wire) throws IOException {
        DataInputStream in = new DataInputStream(wire.in());
        int opcode = in.readUnsignedByte() & 0xf;
        int second = in.readUnsignedByte();
        int size = second & 0x7f;
        long length = size == 126 ? in.readUnsignedShort() : size == 127 ? in.readLong() : size;
        boolean masked = (second & 0x80) != 0;
        byte[] key = masked ? in.readNBytes(4) : new byte[4];
        byte[] payload = in.readNBytes((int) length);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= key[i % 4];
        }
        return new Frame(opcode, masked, payload);
    }
}

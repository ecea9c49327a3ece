package dev.gyre.tls;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * The kinds of keys that the cipher suites of a client of TLS 1.2 allow. OpenSSL asks for a certificate
 * before it chooses a suite, and never says what the client offers: with certificates of both kinds it would
 * choose one that no suite of the client fits. The JDK's engine asks suite by suite.
 */
public final class ClientSuites {

    private static final Set<String> BOTH = Set.of("EC", "RSA");
    private static final String NAME = ClientSuites.class.getName();
    /** ECDHE_ECDSA with AES in CBC and GCM and with ChaCha20. */
    private static final Set<Integer> ECDSA = Set.of(0xC009, 0xC00A, 0xC023, 0xC024, 0xC02B, 0xC02C, 0xCCA9);
    /** ECDHE_RSA, the same, and those without forward secrecy. */
    private static final Set<Integer> RSA = Set.of(0xC013, 0xC014, 0xC027, 0xC028, 0xC02F, 0xC030, 0xCCA8,
            0x002F, 0x0035, 0x003C, 0x003D, 0x009C, 0x009D);
    private static final int VERSION_AND_RANDOM = 34;

    private ClientSuites() {
    }

    /**
     * Tells an engine of OpenSSL what its client takes, before the engine is given the first bytes. Its
     * handshake has begun then, since the beginning drops what the session was told.
     *
     * @param clientHello the body of the message (RFC 5246, section 7.4.1.2); its position moves
     */
    public static void tell(SSLEngine engine, ByteBuffer clientHello) throws SSLException {
        engine.beginHandshake();
        SSLSession handshake = engine.getHandshakeSession();
        if (handshake != null) {
            handshake.putValue(NAME, keyTypes(clientHello));
        }
    }

    /** Whether an engine was told so; an engine that was told nothing takes all. */
    static boolean allow(SSLSession handshake, String keyType) {
        return !(handshake.getValue(NAME) instanceof Set<?> told) || told.contains(keyType);
    }

    /** Both where the message says nothing of it, e.g. of a client that has TLS 1.3. */
    static Set<String> keyTypes(ByteBuffer clientHello) {
        Set<String> found = new HashSet<>();
        try {
            clientHello.position(clientHello.position() + VERSION_AND_RANDOM);
            int sessionId = clientHello.get() & 0xff;
            clientHello.position(clientHello.position() + sessionId);
            for (int left = clientHello.getShort() & 0xffff; left >= 2; left -= 2) {
                int suite = clientHello.getShort() & 0xffff;
                if (suite >> 8 == 0x13) {
                    return BOTH;
                }
                if (ECDSA.contains(suite)) {
                    found.add("EC");
                } else if (RSA.contains(suite)) {
                    found.add("RSA");
                }
            }
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
            // The engine refuses the message.
            return BOTH;
        }
        return found.isEmpty() ? BOTH : found;
    }
}

package dev.gyre.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A client's first message says which kinds of keys its suites allow, whatever bytes it has. */
class ClientSuitesTest {

    @Test
    void saysWhichKindsTheSuitesAllow() {
        assertThat(ClientSuites.keyTypes(hello(0xC02B, 0x00FF))).containsExactly("EC");
        assertThat(ClientSuites.keyTypes(hello(0x0A0A, 0xC02F))).containsExactly("RSA");
        assertThat(ClientSuites.keyTypes(hello(0xC02F, 0xC02B))).containsExactlyInAnyOrder("EC", "RSA");
        assertThat(ClientSuites.keyTypes(hello(0xC02F, 0x1301))).containsExactlyInAnyOrder("EC", "RSA");
        assertThat(ClientSuites.keyTypes(hello(0x0A0A))).containsExactlyInAnyOrder("EC", "RSA");
    }

    @Test
    void leavesABrokenMessageToTheEngine() {
        ByteBuffer whole = hello(0xC02B);
        for (int length = 0; length < whole.limit(); length++) {
            assertThat(ClientSuites.keyTypes(whole.duplicate().limit(length)))
                    .containsExactlyInAnyOrder("EC", "RSA");
        }
        Random random = new Random(19);
        for (int i = 0; i < 1000; i++) {
            byte[] bytes = new byte[random.nextInt(100)];
            random.nextBytes(bytes);
            assertThat(ClientSuites.keyTypes(ByteBuffer.wrap(bytes))).isNotEmpty();
        }
    }

    private static ByteBuffer hello(int... suites) {
        ByteBuffer hello = ByteBuffer.allocate(64).position(34).put((byte) 3).put(new byte[3])
                .putShort((short) (2 * suites.length));
        for (int suite : suites) {
            hello.putShort((short) suite);
        }
        return hello.flip();
    }
}

package dev.gyre.tls;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;

/** As much of the encoding of X.690 (DER) as it takes to turn a key of PKCS#1 or SEC 1 into one of PKCS#8. */
final class Der {

    static final int INTEGER = 0x02;
    static final int OCTETS = 0x04;
    static final int SEQUENCE = 0x30;
    /** {@code [0]} of SEC 1, section C.4: the curve. */
    static final int PARAMETERS = 0xa0;

    private Der() {
    }

    /** An element with its tag and length. */
    static byte[] element(int tag, byte[]... contents) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : contents) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream element = new ByteArrayOutputStream();
        element.write(tag);
        writeLength(content.size(), element);
        element.writeBytes(content.toByteArray());
        return element.toByteArray();
    }

    private static void writeLength(int length, ByteArrayOutputStream to) {
        if (length < 0x80) {
            to.write(length);
            return;
        }
        int bytes = (39 - Integer.numberOfLeadingZeros(length)) / 8;
        to.write(0x80 | bytes);
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            to.write(length >> shift);
        }
    }

    /**
     * The content of the first element with this tag inside a sequence.
     *
     * @param sequence with its own tag and length
     */
    static Optional<byte[]> inside(byte[] sequence, int tag) {
        int[] outer = header(sequence, 0, sequence.length);
        if (outer == null || (sequence[0] & 0xff) != SEQUENCE) {
            return Optional.empty();
        }
        int end = outer[0] + outer[1];
        for (int at = outer[0]; at < end;) {
            int[] inner = header(sequence, at, end);
            if (inner == null) {
                return Optional.empty();
            }
            if ((sequence[at] & 0xff) == tag) {
                return Optional.of(Arrays.copyOfRange(sequence, inner[0], inner[0] + inner[1]));
            }
            at = inner[0] + inner[1];
        }
        return Optional.empty();
    }

    /** Where the content begins, and its length; null if that is not inside. */
    private static int[] header(byte[] bytes, int at, int end) {
        if (at + 2 > end) {
            return null;
        }
        int length = bytes[at + 1] & 0xff;
        int content = at + 2;
        if (length >= 0x80) {
            int count = length & 0x7f;
            if (count == 0 || count > 3 || content + count > end) {
                return null;
            }
            length = 0;
            for (int i = 0; i < count; i++) {
                length = length << 8 | bytes[content++] & 0xff;
            }
        }
        return content + length > end ? null : new int[] {content, length};
    }
}

package dev.gyre.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.gate.ProxyHeader.Incomplete;
import dev.gyre.gate.ProxyHeader.Local;
import dev.gyre.gate.ProxyHeader.Malformed;
import dev.gyre.gate.ProxyHeader.Proxied;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyMessageEncoder;
import io.netty.handler.codec.haproxy.HAProxyProtocolVersion;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is taken for the address of a client, and what is not. Netty's reader of the same protocol, which is
 * more lenient, and its writer are the second opinion.
 */
class ProxyHeaderTest {

    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final String V4 = "0a000007" + "0a000002" + "c822" + "01bb";

    private static ProxyHeader read(byte[] bytes) {
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        ProxyHeader header = ProxyHeader.read(in);
        assertThat(in.readerIndex()).isZero();
        return header;
    }

    private static byte[] text(String text) {
        return text.replace("|", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** @param rest hexadecimal, of the part that the header's length covers */
    private static byte[] binary(String commandAndFamily, String rest) {
        return HexFormat.of().parseHex(SIGNATURE + commandAndFamily
                + HexFormat.of().toHexDigits((short) (rest.length() / 2)) + rest);
    }

    private static InetSocketAddress address(String host, int port) throws UnknownHostException {
        return new InetSocketAddress(InetAddress.getByName(host), port);
    }

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 10.0.0.7 10.0.0.2 51234 443|, 10.0.0.7, 51234, 10.0.0.2, 443",
        "PROXY TCP4 255.255.255.255 0.0.0.0 65535 0|, 255.255.255.255, 65535, 0.0.0.0, 0",
        "PROXY TCP6 fd00::7 fd00::2 51234 443|, fd00::7, 51234, fd00::2, 443",
        "PROXY TCP6 ::FFFF:10.0.0.7 ::1 1 2|, 10.0.0.7, 1, ::1, 2",
        "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535"
                + " 65535|, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 65535,"
                + " ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 65535"})
    void aLineOfVersion1NamesTheClient(String line, String client, int clientPort, String server,
            int serverPort) throws UnknownHostException {
        byte[] header = text(line);

        assertThat(read(header)).isEqualTo(new Proxied(address(client, clientPort),
                address(server, serverPort), header.length));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PROXY UNKNOWN|", "PROXY UNKNOWN ffff::1 what ever|"})
    void aProxyThatDoesNotKnowItsClientSpeaksForItself(String line) {
        assertThat(read(text(line))).isEqualTo(new Local(text(line).length));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', value = {
        "GET / HTTP/1.1|; SIGNATURE", "G; SIGNATURE", "PR0XY TCP4; SIGNATURE", "PROXYTCP4; SIGNATURE",
        "proxy TCP4 10.0.0.7 10.0.0.2 1 2|; SIGNATURE", "' PROXY TCP4 10.0.0.7 10.0.0.2 1 2|'; SIGNATURE",
        "PROXY |; LINE", "PROXY TCP4|; LINE", "PROXY  TCP4 10.0.0.7 10.0.0.2 1 2|; LINE",
        "PROXY TCP4 10.0.0.7  10.0.0.2 1 2|; LINE", "'PROXY TCP4 10.0.0.7 10.0.0.2 1 2 |'; LINE",
        "PROXY TCP4 10.0.0.7 10.0.0.2 1|; LINE", "PROXY TCP4 10.0.0.7 10.0.0.2 1 2 3|; LINE",
        "PROXY UDP4 10.0.0.7 10.0.0.2 1 2|; LINE", "PROXY tcp4 10.0.0.7 10.0.0.2 1 2|; LINE",
        "PROXY UNKNOWNS|; LINE", "PROXY\tTCP4 10.0.0.7 10.0.0.2 1 2|; SIGNATURE",
        "PROXY TCP4\t10.0.0.7 10.0.0.2 1 2|; LINE", "PROXY TCP4 10.0.0.7 10.0.0.2 1 2\u00a0|; LINE",
        "PROXY TCP4 10.0.0.7 10.0.0.2 1 +2|; ADDRESS", "PROXY TCP4 10.0.0.7 10.0.0.2 1 -2|; ADDRESS",
        "PROXY TCP4 10.0.0.7 10.0.0.2 01 2|; ADDRESS", "PROXY TCP4 10.0.0.7 10.0.0.2 1 65536|; ADDRESS",
        "PROXY TCP4 10.0.0.7 10.0.0.2 1 99999999999|; ADDRESS", "PROXY TCP4 10.0.0.07 10.0.0.2 1 2|; ADDRESS",
        "PROXY TCP4 10.0.0.256 10.0.0.2 1 2|; ADDRESS", "PROXY TCP4 10.0.7 10.0.0.2 1 2|; ADDRESS",
        "PROXY TCP4 fd00::7 fd00::2 1 2|; ADDRESS", "PROXY TCP6 10.0.0.7 10.0.0.2 1 2|; ADDRESS",
        "PROXY TCP6 [fd00::7] fd00::2 1 2|; ADDRESS", "PROXY TCP6 fe80::1%eth0 fd00::2 1 2|; ADDRESS",
        "PROXY TCP6 fd00::7::1 fd00::2 1 2|; ADDRESS", "PROXY TCP6 fd00:::7 fd00::2 1 2|; ADDRESS",
        "PROXY TCP4 localhost 10.0.0.2 1 2|; ADDRESS"})
    void everyOtherLineIsMalformed(String line, ProxyHeaderError error) {
        assertThat(read(text(line))).isEqualTo(new Malformed(error));
    }

    @Test
    void aLineEndsWithBothCrAndLf() {
        assertThat(read(text("PROXY UNKNOWN\n"))).isEqualTo(new Malformed(ProxyHeaderError.LINE));
        assertThat(read(text("PROXY UNKNOWN\rG"))).isEqualTo(new Malformed(ProxyHeaderError.LINE));
        assertThat(read(text("PROXY UNKNOWN\u0000|"))).isEqualTo(new Malformed(ProxyHeaderError.LINE));
        assertThat(read(text("PROXY UNKNOWN\r"))).isEqualTo(new Incomplete());
    }

    @Test
    void aLineHasAtMost107BytesWithItsEnd() {
        String longest = "PROXY UNKNOWN " + "x".repeat(91);
        assertThat(read(text(longest + "|"))).isEqualTo(new Local(107));
        assertThat(read(text(longest))).isEqualTo(new Incomplete());
        assertThat(read(text(longest + "\r"))).isEqualTo(new Incomplete());
        assertThat(read(text(longest + "x|"))).isEqualTo(new Malformed(ProxyHeaderError.TOO_LONG));
        assertThat(read(text(longest + "xx"))).isEqualTo(new Malformed(ProxyHeaderError.TOO_LONG));
    }

    @Test
    void aBinaryHeaderNamesTheClient() throws UnknownHostException {
        assertThat(read(binary("2111", V4))).isEqualTo(
                new Proxied(address("10.0.0.7", 51234), address("10.0.0.2", 443), 28));
        String v6 = "fd000000000000000000000000000007" + "fd000000000000000000000000000002" + "c82201bb";
        assertThat(read(binary("2121", v6))).isEqualTo(
                new Proxied(address("fd00::7", 51234), address("fd00::2", 443), 52));
    }

    @ParameterizedTest
    @CsvSource({"2000, ''", "2011, " + V4, "20ff, 0102030405", "2100, ''", "2100, 0102030405"})
    void aProxyMaySpeakForItself(String commandAndFamily, String rest) {
        byte[] header = binary(commandAndFamily, rest);

        assertThat(read(header)).isEqualTo(new Local(header.length));
    }

    @Test
    void theClientOfAUnixSocketHasNoAddress() {
        assertThat(read(binary("2131", "00".repeat(216)))).isEqualTo(new Local(232));
        assertThat(read(binary("2131", "00".repeat(215)))).isEqualTo(new Malformed(ProxyHeaderError.LENGTH));
    }

    @ParameterizedTest
    @CsvSource({
        "1111, " + V4 + ", VERSION", "3111, " + V4 + ", VERSION", "2211, " + V4 + ", COMMAND",
        "2f11, " + V4 + ", COMMAND", "2112, " + V4 + ", FAMILY", "2110, " + V4 + ", FAMILY",
        "2101, " + V4 + ", FAMILY", "2122, " + V4 + ", FAMILY", "2141, " + V4 + ", FAMILY",
        "21ff, " + V4 + ", FAMILY", "2111, 0a0000070a000002c82201, LENGTH", "2111, '', LENGTH",
        "2121, " + V4 + ", LENGTH",
        "2111, " + V4 + "00, TLV", "2111, " + V4 + "0100, TLV", "2111, " + V4 + "010001, TLV",
        "2111, " + V4 + "01000161ff, TLV", "2111, " + V4 + "01ffff61, TLV",
        "2111, " + V4 + "20000401000000, TLV", "2111, " + V4 + "2000060100000000ff, TLV",
        "2111, " + V4 + "200009" + "0100000000" + "22000261, TLV",
        "2111, " + V4 + "03000400000000, CHECKSUM", "2111, " + V4 + "030003000000, CHECKSUM"})
    void everyOtherBinaryHeaderIsMalformed(String commandAndFamily, String rest, ProxyHeaderError error) {
        assertThat(read(binary(commandAndFamily, rest))).isEqualTo(new Malformed(error));
    }

    @Test
    void fieldsOfEveryTypeAreTakenIfTheyAreWhole() {
        String alpn = "01" + "0008" + "687474702f312e31";
        String nothing = "04" + "0000";
        String tls = "20" + "000c" + "0100000000" + "21" + "0004" + "544c5331";
        assertThat(read(binary("2111", V4 + alpn + nothing + tls + "ee0001ff")))
                .isInstanceOf(Proxied.class);
    }

    @Test
    void aBinaryHeaderHasAtMost4096Bytes() {
        String filler = "04" + HexFormat.of().toHexDigits((short) (4096 - 28 - 3));
        assertThat(read(binary("2111", V4 + filler + "00".repeat(4096 - 28 - 3))))
                .isInstanceOf(Proxied.class);
        byte[] tooLong = Arrays.copyOf(binary("2111", V4), 16);
        tooLong[14] = 0x0f;
        tooLong[15] = (byte) 0xf1;
        assertThat(read(tooLong)).isEqualTo(new Malformed(ProxyHeaderError.TOO_LONG));
    }

    /** @return the header with a checksum as its last field */
    private static byte[] summed(byte[] header) {
        byte[] summed = Arrays.copyOf(header, header.length + 7);
        int length = summed.length - 16;
        ByteBuffer.wrap(summed).putShort(14, (short) length)
                .put(header.length, (byte) 3).putShort(header.length + 1, (short) 4);
        CRC32C sum = new CRC32C();
        sum.update(summed);
        ByteBuffer.wrap(summed).putInt(header.length + 3, (int) sum.getValue());
        return summed;
    }

    @Test
    void theDocumentsOwnChecksumIsRead() {
        // By an implementation of CRC-32C that is not the JDK's: "123456789" has e3069283.
        CRC32C sum = new CRC32C();
        sum.update("123456789".getBytes(StandardCharsets.US_ASCII));
        assertThat(sum.getValue()).isEqualTo(0xe3069283L);
    }

    @Property(tries = 500)
    void aHeaderWithAChecksumBearsNoOtherBit(@ForAll @IntRange(min = 0, max = 11) int at,
            @ForAll @IntRange(min = 0, max = 7) int bit) {
        byte[] header = summed(binary("2111", V4));
        assertThat(read(header)).isInstanceOf(Proxied.class);

        header[16 + at] ^= (byte) (1 << bit);
        assertThat(read(header)).isEqualTo(new Malformed(ProxyHeaderError.CHECKSUM));
    }

    @Test
    void twoChecksumsAreOneTooMany() {
        byte[] twice = summed(summed(binary("2111", V4)));
        assertThat(read(twice)).isEqualTo(new Malformed(ProxyHeaderError.CHECKSUM));
    }

    @Provide
    Arbitrary<byte[]> headers() {
        Arbitrary<Boolean> families = Arbitraries.of(true, false);
        Arbitrary<byte[]> addresses = Arbitraries.bytes().array(byte[].class).ofSize(32);
        Arbitrary<Integer> ports = Arbitraries.integers().between(1, 65_535);
        Arbitrary<List<byte[]>> values = Arbitraries.bytes().array(byte[].class).ofMaxSize(40)
                .list().ofMaxSize(4);
        return Combinators.combine(Arbitraries.of(HAProxyProtocolVersion.values()), families, addresses,
                ports, values).as(ProxyHeaderTest::written);
    }

    private static byte[] written(HAProxyProtocolVersion version, boolean v6, byte[] addresses, int port,
            List<byte[]> values) {
        int size = v6 ? 16 : 4;
        List<HAProxyTLV> tlvs = version == HAProxyProtocolVersion.V1 ? List.of() : values.stream()
                .map(value -> new HAProxyTLV((byte) 0xe0, Unpooled.wrappedBuffer(value))).toList();
        EmbeddedChannel writer = new EmbeddedChannel(HAProxyMessageEncoder.INSTANCE);
        writer.writeOutbound(new HAProxyMessage(version, HAProxyCommand.PROXY,
                v6 ? HAProxyProxiedProtocol.TCP6 : HAProxyProxiedProtocol.TCP4,
                host(Arrays.copyOf(addresses, size)), host(Arrays.copyOfRange(addresses, 16, 16 + size)),
                port, 443, tlvs));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (ByteBuf part = writer.readOutbound(); part != null; part = writer.readOutbound()) {
            byte[] bytes = new byte[part.readableBytes()];
            part.readBytes(bytes).release();
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    private static String host(byte[] address) {
        StringBuilder v6 = new StringBuilder();
        if (address.length == 4) {
            return (address[0] & 255) + "." + (address[1] & 255) + "." + (address[2] & 255) + "."
                    + (address[3] & 255);
        }
        for (int i = 0; i < 16; i += 2) {
            v6.append(i == 0 ? "" : ":")
                    .append(Integer.toHexString((address[i] & 255) << 8 | address[i + 1] & 255));
        }
        return v6.toString();
    }

    /** What Netty's reader makes of the same bytes; empty where it takes them for no header of a client. */
    private static Optional<Proxied> netty(byte[] bytes) {
        EmbeddedChannel reader = new EmbeddedChannel(new HAProxyMessageDecoder());
        try {
            reader.writeInbound(Unpooled.wrappedBuffer(bytes));
            HAProxyMessage message = reader.readInbound();
            if (message == null || message.sourceAddress() == null) {
                return Optional.empty();
            }
            ByteBuf rest = reader.readInbound();
            Proxied read = new Proxied(address(message.sourceAddress(), message.sourcePort()),
                    address(message.destinationAddress(), message.destinationPort()),
                    bytes.length - (rest == null ? 0 : rest.readableBytes()));
            message.release();
            return Optional.of(read);
        } catch (RuntimeException | UnknownHostException e) {
            return Optional.empty();
        } finally {
            reader.close();
        }
    }

    @Property(tries = 1000)
    void whatAnotherWriterWritesIsReadAsItWasMeant(@ForAll("headers") byte[] header) {
        assertThat(Optional.of(read(header))).isEqualTo(netty(header)).get().isInstanceOf(Proxied.class);
    }

    @Property(tries = 300)
    void whereverTheBytesAreCutTheHeaderIsTheSame(@ForAll("headers") byte[] header,
            @ForAll byte[] following) {
        byte[] all = Arrays.copyOf(header, header.length + following.length);
        System.arraycopy(following, 0, all, header.length, following.length);
        for (int cut = 0; cut <= all.length; cut++) {
            ProxyHeader read = read(Arrays.copyOf(all, cut));
            if (cut < header.length) {
                assertThat(read).isEqualTo(new Incomplete());
            } else {
                assertThat(read).isInstanceOfSatisfying(Proxied.class,
                        proxied -> assertThat(proxied.length()).isEqualTo(header.length));
            }
        }
    }

    @Property(tries = 5000)
    void noBentHeaderIsReadOtherwiseThanByAnotherReader(@ForAll("headers") byte[] header,
            @ForAll @IntRange(min = 0, max = 60) int at, @ForAll byte bent, @ForAll boolean inserted) {
        int place = at % header.length;
        byte[] changed = inserted ? Arrays.copyOf(header, header.length + 1) : header.clone();
        if (inserted) {
            System.arraycopy(header, place, changed, place + 1, header.length - place);
        }
        changed[place] = bent;

        // Netty refuses the port 0 in text, which the document allows.
        if (read(changed) instanceof Proxied ours && ours.client().getPort() * ours.server().getPort() != 0) {
            assertThat(netty(changed)).contains(ours);
        }
    }

    @Property(tries = 5000)
    void bytesThatAreNoHeaderStayNone(@ForAll("beginnings") byte[] bytes) {
        boolean malformed = false;
        for (int cut = 0; cut <= bytes.length; cut++) {
            boolean now = read(Arrays.copyOf(bytes, cut)) instanceof Malformed;
            assertThat(now || !malformed).as("malformed with fewer bytes, and not with %s", cut).isTrue();
            malformed = now;
        }
    }

    /** Random bytes behind a true beginning of any length. */
    @Provide
    Arbitrary<byte[]> beginnings() {
        byte[] longest = text("PROXY TCP6 fd00::7 fd00::2 1 2|");
        byte[] signature = binary("2111", V4 + "03000400000000");
        return Combinators.combine(Arbitraries.of(longest, signature),
                Arbitraries.integers().between(0, 34), Arbitraries.bytes().array(byte[].class).ofMaxSize(90))
                .as((beginning, length, rest) -> {
                    byte[] all = Arrays.copyOf(beginning, Math.min(length, beginning.length) + rest.length);
                    System.arraycopy(rest, 0, all, all.length - rest.length, rest.length);
                    return all;
                });
    }
}

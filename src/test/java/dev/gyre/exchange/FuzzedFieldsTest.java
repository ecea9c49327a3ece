package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.balancing.Hash64;
import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.gate.Authority;
import dev.gyre.kit.Fuzzed;
import dev.gyre.model.HashKey;
import dev.gyre.model.LookAlikes;
import dev.gyre.model.Peer;
import dev.gyre.upstream.SelectionAccess;
import io.netty.handler.codec.http.HttpVersion;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The values of single fields are read as their grammar says, however they are bent. */
public class FuzzedFieldsTest {

    private static final Pattern AUTHORITY = Pattern.compile(
            "(?:\\[[0-9A-Fa-f.]*:[0-9A-Fa-f.]*:[0-9A-Fa-f.:]*]|[\\w~-]+(?:\\.[\\w~-]+)*\\.?)(?::(\\d*))?");
    private static final Pattern FORWARDED = Pattern.compile(
            "for=(?:192\\.0\\.2\\.7|\"\\[2001:db8::1]\");proto=http(?:;host=\"[^\"\\\\]+\")?");
    static final ToBackend TO_BACKEND = new ToBackend(
            new ForwardingSettings(List.of(), true, true, false, LookAlikes.DROP), new Via("1"));
    private static final long CHANCE = 4;
    private static final List<Peer> PEERS = List.of(new Peer("192.0.2.7", false),
            new Peer("2001:db8::1", true));

    static Stream<byte[]> seeds() {
        return Stream.of("a=b; gyre=c; d", "gyre=x;gyre=y", " gyre = z", "example.com:80", "[::1]:8080",
                        "a_b.c.", "a:65536", "close, X-A", "keep-alive", "for=1.2.3.4, for=\"[::1]\"",
                        "1.2.3.4, 5.6.7.8", "120", "Fri, 31 Dec 1999 23:59:59 GMT",
                        "/p?gyre=1&a=2&gyre=3", "a&b=&=c", "0x10", "+5", "00")
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Fuzzed
    void holdFor(byte[] input) {
        fuzzerTestOneInput(input);
    }

    public static void fuzzerTestOneInput(byte[] input) {
        // The gate lets no control character but HTAB into a field.
        String text = new String(input, StandardCharsets.ISO_8859_1)
                .replaceAll("[\\x00-\\x08\\x0a-\\x1f\\x7f]", "");
        Matcher authority = AUTHORITY.matcher(text);
        boolean valid = authority.matches()
                && (authority.group(1) == null || isPort(new BigInteger("0" + authority.group(1))));
        assertThat(Authority.isValid(text)).as(text).isEqualTo(valid);
        boolean length = text.matches("\\d{1,19}") && new BigInteger(text).bitLength() < Long.SIZE;
        assertThat(ContentLength.parse(text))
                .isEqualTo(length ? Long.parseLong(text) : ContentLength.INVALID);

        MultiMap headers = HttpHeaders.headers().add("Cookie", text).add("Connection", text)
                .add("Retry-After", text).add("X-Forwarded-For", text).add("Forwarded", text);
        assertThat(SelectionAccess.cookie(headers, "gyre")).isEqualTo(firstCookie(text));
        SelectionAccess.retryAfter(503, headers.copy(true).add("Date", text))
                .ifPresent(pause -> assertThat(pause.isNegative()).isFalse());
        forwards(text, headers);
        String target = "/?" + text.replaceAll("[^!-~]|#", "");
        assertThat(keyed(target, headers)).isEqualTo(firstParameter(target).map(Hash64::of).orElse(CHANCE));
    }

    private static boolean isPort(BigInteger number) {
        return number.compareTo(BigInteger.valueOf(65_535)) <= 0;
    }

    private static long keyed(String target, MultiMap headers) {
        return SelectionAccess.hash(HashKey.of("query:gyre").orElseThrow(), target, headers, PEERS.get(0),
                CHANCE);
    }

    private static Optional<String> firstParameter(String target) {
        return Arrays.stream(target.substring(2).split("&", -1)).filter(pair -> pair.startsWith("gyre="))
                .map(pair -> pair.substring(5)).findFirst();
    }

    private static Optional<String> firstCookie(String field) {
        return Arrays.stream(field.split(";", -1)).map(pair -> pair.replaceFirst("^[ \\t]+", ""))
                
                .filter(pair -> pair.startsWith("gyre=")).map(pair -> pair.substring(5).strip()).findFirst();
    }

    /** What a stranger says of where he comes from is not passed on, but what this node knows of it. */
    private static void forwards(String text, MultiMap from) {
        String host = Authority.isValid(text) ? text : "";
        RequestHead head = new RequestHead(host, "/", "/", 0, RequestHead.Expectation.NONE,
                RequestHead.UNLIMITED);
        for (Peer peer : PEERS) {
            MultiMap to = HttpHeaders.headers();
            TO_BACKEND.write(peer, from, io.vertx.core.http.HttpVersion.HTTP_1_1, head, "backend:80",
                    to);
            List<String> forwarded = to.getAll("Forwarded");
            assertThat(forwarded.get(forwarded.size() - 1)).matches(FORWARDED);
            List<String> addresses = to.getAll("X-Forwarded-For");
            assertThat(addresses).hasSize(1);
            assertThat(to.contains("Connection") || to.contains("Transfer-Encoding")).isFalse();
            if (!peer.trusted()) {
                assertThat(forwarded).hasSize(1);
                assertThat(addresses).containsExactly(peer.address());
            } else {
                assertThat(addresses.get(0)).endsWith(peer.address());
            }
        }
    }
}

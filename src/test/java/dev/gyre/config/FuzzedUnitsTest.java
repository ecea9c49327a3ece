package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Fuzzed;
import dev.gyre.model.BackendUrl;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.Stream;

/** What is taken for a duration, a size, a network or a URL is read as the same again once it is written. */
public class FuzzedUnitsTest {

    static Stream<byte[]> seeds() {
        return Stream.of("200ms", "1.5s", "5m", "24h", "0s", "999999999999h", "404024040201.532s",
                        "64KB", "999999999GB", "0B",
                        "10.0.0.0/8", "fd00::/8", "::ffff:10.0.0.1/104", "::", "1::2:3.4.5.6", "http://a",
                        "http://[::1]:9001/", "http://A.example.com:65535", "http://10.0.0.5:80",
                        "http://stack_web.1.x7k:8080", "http://[fe80::1%eth0]:80")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @Fuzzed
    void holdFor(byte[] input) throws UnknownHostException {
        fuzzerTestOneInput(input);
    }

    public static void fuzzerTestOneInput(byte[] input) throws UnknownHostException {
        String text = new String(input, StandardCharsets.UTF_8);
        Durations.parse(text).ifPresent(duration -> {
            assertThat(duration.isNegative()).isFalse();
            assertThat(Durations.parse(Durations.text(duration))).hasValue(duration);
        });
        Sizes.parse(text).ifPresent(bytes -> {
            assertThat(bytes).isNotNegative();
            assertThat(Sizes.parse(Sizes.text(bytes))).hasValue(bytes);
        });
        Optional<Network> network = Network.parse(text);
        if (network.isPresent()) {
            String address = text.split("/")[0];
            assertThat(network.get().contains(InetAddress.getByName(address).getAddress())).isTrue();
        }
        url(text).ifPresent(url -> assertThat(url(url.toString())).hasValue(url));
    }

    private static Optional<BackendUrl> url(String text) {
        try {
            return Optional.of(BackendUrl.parse(text));
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
            return Optional.empty();
        }
    }
}

package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Fuzzed;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Only what a node of the cluster has sealed is read, for what it was sealed for, and as it was written. */
public class FuzzedMessagesTest {

    private static final Optional<String> SECRET = Optional.of("a secret of this cluster");
    private static final MessageAuthenticator AUTHENTICATOR = new MessageAuthenticator(SECRET, "gyre");
    private static final MessageAuthenticator STRANGER =
            new MessageAuthenticator(Optional.of("another secret"), "gyre");
    private static final Heartbeat HEARTBEAT = new Heartbeat(
            new NodeIdentity("1", "a", "m", "127.0.0.1:5701", "0.1", "5e55"), 2,
            new Heartbeat.State(3, "v", "d", 4, 5, "c", 6, 25, false), Map.of("5e56", "ask"),
            Set.of("answer"),
            Map.of(new BackendId("web", BackendUrl.parse("http://a:1")), Duration.ofSeconds(1)),
            Set.of("web"));

    static Stream<byte[]> seeds() {
        JsonObject command = SignedCommand.signer(SECRET, "gyre", InstantSource.system())
                .sign(new JsonObject("{\"command\":\"backend.list\",\"list\":[1,{\"a\":null}]}"));
        return Stream.of(HEARTBEAT.toJson().encode(), command.encode(),
                        AUTHENTICATOR.sign("hello", HEARTBEAT.toJson().encode()), "", " ",
                                "{\"lines\":{},\"roster\":[]}")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @Fuzzed
    void holdFor(byte[] input) {
        fuzzerTestOneInput(input);
    }

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        assertThat(AUTHENTICATOR.verify("hello", AUTHENTICATOR.sign("hello", text))).hasValue(text);
        assertThat(AUTHENTICATOR.verify("hint", AUTHENTICATOR.sign("hello", text))).isEmpty();
        assertThat(STRANGER.verify("hello", AUTHENTICATOR.sign("hello", text))).isEmpty();
        AUTHENTICATOR.verify("hello", text).ifPresent(opened ->
                assertThat(AUTHENTICATOR.sign("hello", opened)).as("closed by this seal").isEqualTo(text));
        JsonObject json;
        try {
            json = new JsonObject(text);
        } catch (DecodeException e) {
            return;
        }
        SignedCommand.open(AUTHENTICATOR, json).ifPresent(command ->
                assertThat(command.containsKey(SignedCommand.SIGNATURE)).isFalse());
        Heartbeat.fromJson(json).ifPresent(heartbeat -> assertThat(
                Heartbeat.fromJson(new JsonObject(heartbeat.toJson().encode()))).hasValue(heartbeat));
    }
}

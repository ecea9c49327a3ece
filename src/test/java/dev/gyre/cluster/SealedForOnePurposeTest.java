package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A seal proves the secret, the text and the purpose; a change of any of them is seen. */
class SealedForOnePurposeTest {

    private final MessageAuthenticator authenticator =
            new MessageAuthenticator(Optional.of("secret"), "gyre");
    private final SignedCommand signer = SignedCommand.signer(Optional.of("secret"), "gyre",
            InstantSource.fixed(Instant.ofEpochMilli(1_000)));

    @Test
    void whatWasSealedIsReadWithTheSameSecretAndPurposeOnly() {
        String sealed = authenticator.sign("entry", "a text with spaces");
        assertThat(authenticator.verify("entry", sealed)).hasValue("a text with spaces");
        assertThat(authenticator.verify("hint", sealed)).isEmpty();
        assertThat(authenticator.verify("entry", sealed + "!")).isEmpty();
        assertThat(authenticator.verify("entry", "x" + sealed)).isEmpty();
        assertThat(new MessageAuthenticator(Optional.of("other"), "gyre").verify("entry", sealed)).isEmpty();
        assertThat(new MessageAuthenticator(Optional.empty(), "gyre").verify("entry", sealed)).isEmpty();
    }

    @Test
    void whatIsNoSealedTextIsRefused() {
        assertThat(authenticator.verify("entry", null)).isEmpty();
        assertThat(authenticator.verify("entry", 5)).isEmpty();
        assertThat(authenticator.verify("entry", new JsonObject())).isEmpty();
        assertThat(authenticator.verify("entry", "")).isEmpty();
        assertThat(authenticator.verify("entry", "nospace")).isEmpty();
    }

    @Test
    void aCommandMayBeWrittenAnewOnItsWay() {
        JsonObject command = new JsonObject().put("command", "service.put").put("service", "web")
                .put("pool", new JsonObject().put("maxQueue", 5).put("maxConnections", 7))
                .put("backends", new JsonArray().add("http://a:1"));
        JsonObject signed = signer.sign(command);
        JsonObject turned = new JsonObject();
        List.copyOf(signed.fieldNames()).stream().sorted(Comparator.reverseOrder())
                .forEach(key -> turned.put(key, signed.getValue(key)));
        assertThat(SignedCommand.open(authenticator, new JsonObject(turned.encode()))).hasValue(command);
    }

    @Test
    void aChangedCommandIsRefused() {
        JsonObject signed = signer.sign(new JsonObject().put("command", "backend.drain").put("url", "a"));
        assertThat(SignedCommand.open(authenticator, signed.copy().put("url", "b"))).isEmpty();
        assertThat(SignedCommand.open(authenticator, signed.copy().put("more", 1))).isEmpty();
        JsonObject aged = signed.copy();
        aged.getJsonObject("signature").put("at", 2_000);
        assertThat(SignedCommand.open(authenticator, aged)).isEmpty();
        JsonObject renamed = signed.copy();
        renamed.getJsonObject("signature").put("nonce", "00");
        assertThat(SignedCommand.open(authenticator, renamed)).isEmpty();
        signed.remove("signature");
        assertThat(SignedCommand.open(authenticator, signed)).isEmpty();
    }
}

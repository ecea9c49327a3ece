package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.ConfigReader;
import dev.gyre.config.Settings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

/** What a reload cannot take over is named, and nothing else. */
class FixedSettingsTest {

    private static final JsonObject PLAIN =
            new JsonObject("{ \"services\": { \"web\": { \"backends\": [] } } }");

    private static Settings with(String key, Object value) {
        return ConfigReader.read(PLAIN.copy().put(key, value)).accepted().orElseThrow();
    }

    private static Settings plain() {
        return ConfigReader.read(PLAIN).accepted().orElseThrow();
    }

    @Test
    void aChangedPortOfTheNodeIsNoChangeOfBackendNetworks() {
        assertThat(FixedSettings.changed(plain(), with("admin", new JsonObject().put("port", 8099))))
                .containsExactly("admin");
        assertThat(FixedSettings.changed(plain(), with("cluster", new JsonObject().put("port", 5799))))
                .containsExactly("cluster");
    }

    @Test
    void changedBackendNetworksAreNamed() {
        JsonObject deny = new JsonObject().put("deny", new JsonArray().add("10.0.0.0/8"));
        assertThat(FixedSettings.changed(plain(), with("backendNetworks", deny)))
                .containsExactly("backendNetworks");
        assertThat(FixedSettings.changed(plain(), plain())).isEmpty();
    }
}

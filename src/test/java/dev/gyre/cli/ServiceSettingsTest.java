package dev.gyre.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.ServicePolicyReader;
import dev.gyre.model.ServicePolicy;
import io.vertx.core.json.JsonObject;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whatever a service can be set to, it can be set to by an option. */
class ServiceSettingsTest {

    private static final Set<String> OPTIONS = ServiceSettings.options().stream().map(CliOption::name)
            .collect(Collectors.toCollection(TreeSet::new));

    @Test
    void everySettingThatIsShownHasAnOption() {
        Set<String> shown = new TreeSet<>();
        leaves("", ServicePolicyReader.write(ServicePolicy.DEFAULT), shown);
        assertThat(OPTIONS).containsAll(shown);
    }

    private static void leaves(String prefix, JsonObject object, Set<String> into) {
        object.forEach(field -> {
            if (field.getValue() instanceof JsonObject part) {
                leaves(prefix + field.getKey() + ".", part, into);
            } else {
                into.add(prefix + field.getKey());
            }
        });
    }

    @Test
    void aWordAnObjectAndAnObjectWithinOneAreOptions() {
        assertThat(OPTIONS).contains("backends", "balance", "balance.by", "limit", "limit.adaptive.max",
                "health.http", "health.http.path", "sticky.ttl", "timeouts.request", "retry.hedge.after");
        assertThat(OPTIONS).doesNotContain("pool", "health", "limit.adaptive");
    }

    @Test
    void eachIsExplained() {
        assertThat(ServiceSettings.options()).allSatisfy(option ->
                assertThat(option.description()).as(option.name()).isNotBlank());
    }
}

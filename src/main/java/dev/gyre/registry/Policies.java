package dev.gyre.registry;

import dev.gyre.config.Checked;
import dev.gyre.config.ConfigError;
import dev.gyre.config.ServicePolicyReader;
import dev.gyre.model.ServicePolicy;
import io.vertx.core.json.JsonObject;
import java.util.stream.Collectors;

/** Service policies in the JSON form that config has for them, so that both are read by the same rules. */
final class Policies {

    private Policies() {
    }

    static JsonObject json(ServicePolicy policy) {
        return ServicePolicyReader.write(policy);
    }

    /** @throws CommandRefused 400 with every mistake */
    static ServicePolicy require(JsonObject fields) throws CommandRefused {
        Checked<ServicePolicy> checked = read(fields);
        if (checked instanceof Checked.Ok<ServicePolicy> ok) {
            return ok.value();
        }
        throw new CommandRefused(400, checked.mistakes().stream().map(ConfigError::toString)
                .collect(Collectors.joining("; ")));
    }

    static Checked<ServicePolicy> read(JsonObject fields) {
        JsonObject policy = fields.copy();
        // Kept beside the policy, because it is not a setting.
        policy.remove(EntryFields.HELD_UNTIL);
        return ServicePolicyReader.read("", policy);
    }
}

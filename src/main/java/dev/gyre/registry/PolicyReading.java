package dev.gyre.registry;

import dev.gyre.config.Checked;
import dev.gyre.config.ConfigError;
import dev.gyre.model.Origin;
import dev.gyre.model.ServicePolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A service's policy from its layers, and the settings that could not be read: one of a newer version, or two
 * that were set at once on two nodes and exclude each other. Such a setting is left to the layer below: a
 * node that serves with the other settings is better than one that does not.
 *
 * @param mistakes one sentence each; empty if all was read
 */
record PolicyReading(ServicePolicy policy, List<String> mistakes) {

    static PolicyReading of(LayeredResource service) {
        List<String> mistakes = new ArrayList<>();
        LayeredFields fields = service.fields();
        for (Origin layer : new Origin[] {Origin.OPERATOR, Origin.CONFIG}) {
            // Another setting of the layer may depend on the omitted one.
            for (LayeredFields before = null; !fields.equals(before); ) {
                Checked<ServicePolicy> read = Policies.read(fields.nested());
                if (read.accepted().isPresent()) {
                    return new PolicyReading(read.accepted().get(), List.copyOf(mistakes));
                }
                read.mistakes().stream().map(ConfigError::toString).filter(text -> !mistakes.contains(text))
                        .forEach(mistakes::add);
                Set<String> paths = read.mistakes().stream().map(ConfigError::path)
                        .collect(Collectors.toCollection(TreeSet::new));
                before = fields;
                fields = fields.without(layer, paths);
            }
        }
        return new PolicyReading(Policies.read(fields.nested()).accepted().orElse(ServicePolicy.DEFAULT),
                List.copyOf(mistakes));
    }
}

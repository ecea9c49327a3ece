package dev.gyre.config;

import dev.gyre.config.Settings.AdminSettings;
import dev.gyre.config.Settings.ClusterSettings;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Turns the config's JSON into settings, or reports everything that is wrong with it. */
public final class ConfigReader {

    private ConfigReader() { }

    /** With the environment and the files of this process. */
    public static Checked<Settings> read(JsonObject json) {
        return read(json, Substitution::variable, Substitution::content);
    }

    /**
     * @param env   the variable of that name
     * @param files the text of that file; empty when it cannot be read
     */
    public static Checked<Settings> read(JsonObject json, Function<String, Optional<String>> env,
            Function<Path, Optional<String>> files) {
        Findings findings = new Findings();
        JsonObject resolved = new Substitution(env, files, findings).in("", json);
        Fields top = new Fields("", resolved, SettingsTable.CONFIG, findings);
        List<Listener> listeners = ListenerReader.listeners(top);
        AdminSettings admin = AdminReader.admin(top, listeners);
        Optional<ClusterSettings> cluster = ClusterReader.cluster(top);
        BackendNetworks networks = BackendNetworks.read(top, admin, cluster);
        Settings settings = new Settings(listeners, NodeReader.instances(top),
                TopologyReader.read(top, networks), admin, cluster,
                top.textOrDefault("data"), NodeReader.retention(top),
                top.duration("grace"), top.duration("warmUp"), NodeReader.forwarding(top),
                NodeReader.name(top), top.text("zone"), NodeReader.sticky(top), LimitsReader.limits(top),
                ResolverReader.resolver(top), networks);
        StoreSettings.read(top);
        top.text("$schema");
        top.done();
        return findings.check(settings);
    }
}

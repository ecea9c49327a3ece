package dev.gyre.config;

import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.config.Settings.StickySettings;
import dev.gyre.model.LookAlikes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The config's keys about the node itself: its ports, its size, its neighbours. */
final class NodeReader {

    private static final int MAX_INSTANCES = 1024;
    static final int MAX_PORT = 65_535;

    private NodeReader() { }

    static OptionalInt instances(Fields top) {
        Optional<Value> value = top.value("instances");
        if (value.isEmpty()) {
            return OptionalInt.empty();
        }
        boolean replaced = top.findings().isReplaced("instances");
        if (value.get().is("auto")) {
            return OptionalInt.empty();
        }
        if (value.get().asText().isPresent() && !replaced) {
            value.get().refuse("\"auto\" or 1.." + MAX_INSTANCES);
            return OptionalInt.empty();
        }
        return OptionalInt.of(value.get().integer(1));
    }

    static ForwardingSettings forwarding(Fields top) {
        Fields fields = top.object("forwarding");
        ForwardingSettings forwarding =
                new ForwardingSettings(trusted(fields), fields.flag("forwarded"),
                        fields.flag("realIp"), fields.flag("ambiguousPaths"),
                        fields.word("lookAlikes", LookAlikes::of).orElse(LookAlikes.DROP));
        fields.done();
        return forwarding;
    }

    /** As below, and {@code unix:}. */
    private static List<Network> trusted(Fields fields) {
        List<Network> networks = new ArrayList<>();
        for (Value item : fields.items("trusted")) {
            if (item.is(Listener.UNIX)) {
                networks.add(Network.UNIX);
            } else {
                network(item).ifPresent(networks::add);
            }
        }
        return networks;
    }

    static List<Network> networks(Fields fields, String key) {
        List<Network> networks = new ArrayList<>();
        for (Value item : fields.items(key)) {
            network(item).ifPresent(networks::add);
        }
        return networks;
    }

    private static Optional<Network> network(Value item) {
        Optional<String> text = item.text();
        Optional<Network> network = text.flatMap(Network::parse);
        if (text.isPresent() && network.isEmpty()) {
            item.refuse("an address or block such as \"10.0.0.0/8\" or \"fd00::/8\"");
        }
        return network;
    }

    /** What people call this node. */
    static Optional<String> name(Fields top) {
        Fields fields = top.object("node");
        Optional<String> name = fields.text("name");
        fields.done();
        return name;
    }

    /** How long the registry keeps the mark of a removal. */
    static Duration retention(Fields top) {
        Fields fields = top.object("registry");
        Duration retention = fields.duration("retention");
        fields.done();
        return retention;
    }

    static StickySettings sticky(Fields top) {
        Fields fields = top.object("sticky");
        StickySettings sticky = new StickySettings(fields.secret("secret"));
        fields.done();
        return sticky;
    }

    /** The key {@code host}. */
    static String host(Fields fields) {
        String host = fields.textOrDefault("host");
        if (!Names.isHost(host)) {
            fields.refuse("host", Value.describe(host), fields.expected("host"));
            return fields.byDefault("host", String.class);
        }
        return host;
    }

    static boolean loopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || Network.parse(host).map(Network::loopback).orElse(false);
    }
}

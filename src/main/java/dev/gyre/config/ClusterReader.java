package dev.gyre.config;

import dev.gyre.config.Settings.ClusterSettings;
import dev.gyre.config.Settings.ClusterTls;
import dev.gyre.files.GuardedFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The config's keys about the other nodes. */
final class ClusterReader {

    private ClusterReader() { }

    static Optional<ClusterSettings> cluster(Fields top) {
        return top.value("cluster").flatMap(Value::object).map(ClusterReader::read);
    }

    private static ClusterSettings read(Fields fields) {
        String host = NodeReader.host(fields);
        if (ListenerReader.everywhere(host)) {
            fields.refuse("host", Value.describe(host),
                    "the one address by which the other nodes reach this one");
        }
        Optional<String> secret = fields.secret("secret");
        if (fields.value("secret").isEmpty() && !NodeReader.loopback(host)
                && !ListenerReader.everywhere(host)) {
            fields.refuse("secret", "missing, while cluster.host is not loopback",
                    "a secret that all nodes share");
        }
        int port = fields.integer("port");
        int eventBusPort = fields.integer("eventBusPort");
        if (port == eventBusPort) {
            fields.refuse("eventBusPort", "the same port as cluster.port", "a port of its own");
        }
        ClusterSettings cluster = new ClusterSettings(fields.textOrDefault("name"), host, port,
                eventBusPort, members(fields), secret, fields.value("tls").flatMap(Value::object)
                        .map(ClusterReader::tls),
                fields.duration("maxClockSkew"));
        fields.done();
        return cluster;
    }

    private static List<String> members(Fields fields) {
        List<String> members = new ArrayList<>();
        for (Value item : fields.items("members")) {
            Optional<String> member = item.text();
            if (member.isPresent() && !Names.isMember(member.get())) {
                item.refuse("host or host:port");
            }
            member.ifPresent(members::add);
        }
        return members;
    }

    private static ClusterTls tls(Fields fields) {
        ClusterTls tls = new ClusterTls(file(fields, "cert"), file(fields, "key"), file(fields, "ca"));
        fields.done();
        return tls;
    }

    private static String file(Fields fields, String key) {
        String expected = "the path of a PEM file";
        String path = fields.required(key).flatMap(Value::text).orElse("");
        if (!path.isEmpty() && !Files.isReadable(Path.of(path))) {
            fields.refuse(key, Value.describe(path) + " cannot be read", expected);
        } else if (!path.isEmpty()) {
            GuardedFile.irregularity(Path.of(path)).ifPresent(why -> fields.refuse(key, why, expected));
        }
        return path;
    }
}

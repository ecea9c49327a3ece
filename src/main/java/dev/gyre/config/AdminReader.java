package dev.gyre.config;

import dev.gyre.config.ListenerTls.CertificatePair;
import dev.gyre.config.ListenerTls.ClientCertificates;
import dev.gyre.config.Settings.AdminSettings;
import dev.gyre.config.Settings.AdminToken;
import dev.gyre.model.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The config's key {@code admin}. */
final class AdminReader {

    private AdminReader() { }

    static AdminSettings admin(Fields top, List<Listener> listeners) {
        Fields fields = top.object("admin");
        String host = NodeReader.host(fields);
        int port = fields.integer("port");
        List<AdminToken> tokens = new ArrayList<>();
        fields.secret("token").ifPresent(secret ->
                tokens.add(new AdminToken(AdminToken.UNNAMED, Role.OPERATE, secret)));
        for (Value item : fields.items("tokens")) {
            item.object().flatMap(AdminReader::token).ifPresent(token -> add(tokens, token, item));
        }
        Optional<AdminTls> tls = fields.value("tls").flatMap(Value::object).flatMap(AdminReader::tls);
        boolean absent = fields.value("token").isEmpty()
                && fields.value("tokens").map(Value::isEmpty).orElse(true);
        fields.done();
        boolean certificates = tls.flatMap(AdminTls::clients).map(ClientCertificates::require).orElse(false);
        if (absent && !certificates && !NodeReader.loopback(host)) {
            fields.refuse("token", "missing, while admin.host is not loopback",
                    "a token, client certificates required by admin.tls.clients, or a host that is loopback"
                    + " such as 127.0.0.1");
        }
        int taken = ListenerReader.first(listeners, new Listener(host, port));
        if (taken >= 0) {
            fields.refuse("port", "the same port as listeners[" + taken + "]", "a port of its own");
        }
        return new AdminSettings(host, port, tokens, tls);
    }

    private static Optional<AdminTls> tls(Fields fields) {
        Optional<CertificatePair> pair = ListenerReader.pair(fields);
        Optional<ClientCertificates> clients =
                fields.value("clients").flatMap(Value::object).flatMap(AdminReader::clients);
        fields.done();
        return pair.map(files -> new AdminTls(files, clients));
    }

    private static Optional<ClientCertificates> clients(Fields fields) {
        Optional<String> ca = fields.required("ca").flatMap(Value::text);
        boolean require = fields.flag("require");
        fields.done();
        return ca.map(path -> new ClientCertificates(path, require, false));
    }

    private static void add(List<AdminToken> tokens, AdminToken token, Value item) {
        if (tokens.stream().anyMatch(other -> other.name().equals(token.name()))) {
            item.refuse("the name " + Value.describe(token.name()) + " a second time", "each name once");
        } else if (tokens.stream().anyMatch(other -> other.secret().equals(token.secret()))) {
            item.refuse("the token of another name", "a token of its own");
        } else {
            tokens.add(token);
        }
    }

    private static Optional<AdminToken> token(Fields fields) {
        Optional<String> name = fields.required("name").flatMap(Value::text);
        Optional<Role> role = fields.required("role").flatMap(word -> word.word(Role::of));
        Optional<String> secret = fields.required("token").flatMap(Value::secret);
        fields.done();
        return name.isPresent() && role.isPresent() && secret.isPresent()
                ? Optional.of(new AdminToken(name.get(), role.get(), secret.get())) : Optional.empty();
    }
}

package dev.gyre.config;

import dev.gyre.config.Listener.UnixSocket;
import dev.gyre.config.ListenerTls.CertificatePair;
import dev.gyre.config.ListenerTls.ClientCertificates;
import dev.gyre.config.ListenerTls.Hsts;
import dev.gyre.files.SocketFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The config's key {@code listeners}, and the TLS of ports. */
final class ListenerReader {

    private static final Listener DEFAULT = new Listener("0.0.0.0", 8080);
    private static final int HTTPS_PORT = 443;

    private ListenerReader() { }

    static List<Listener> listeners(Fields top) {
        Optional<Value> value = top.value("listeners");
        if (value.isEmpty()) {
            return List.of(DEFAULT);
        }
        if (value.get().isEmpty()) {
            top.refuse("listeners", "empty", "at least one listener");
        }
        List<Listener> listeners = new ArrayList<>();
        for (Value item : value.get().items()) {
            Optional<Listener> read = item.object().map(ListenerReader::listener);
            int before = read.map(listener -> first(listeners, listener)).orElse(-1);
            if (before >= 0) {
                item.refuse("the same port as listeners[" + before + "]", "each port once");
            }
            read.ifPresent(listeners::add);
        }
        return listeners;
    }

    private static Listener listener(Fields fields) {
        String host = fields.textOrDefault("host");
        boolean isUnix = host.startsWith(Listener.UNIX);
        if (!isUnix) {
            host = NodeReader.host(fields);
        }
        int port = port(fields, isUnix);
        Optional<UnixSocket> unix = unix(fields, isUnix);
        if (isUnix) {
            checkPath(fields, host.substring(Listener.UNIX.length()));
        }
        Optional<ListenerTls> tls = fields.value("tls").flatMap(Value::object).map(ListenerReader::tls);
        Optional<ProxyPeers> proxies =
                fields.value("proxyProtocol").flatMap(Value::object).map(peers -> proxies(peers, isUnix));
        OptionalInt redirect = redirect(fields.text("redirect"));
        if (redirect.isPresent() && tls.isPresent()) {
            fields.refuse("redirect", "given beside tls", "a listener in clear text");
        }
        Listener listener =
                new Listener(host, port, unix, tls, proxies, redirect, fields.text("acme"));
        fields.done();
        return listener;
    }

    private static int port(Fields fields, boolean unix) {
        if (!unix) {
            return fields.required("port").map(number -> number.integer(0)).orElse(0);
        }
        if (fields.value("port").isPresent()) {
            fields.refuse("port", "given for a Unix socket", "a path alone");
        }
        return 0;
    }

    private static Optional<UnixSocket> unix(Fields fields, boolean unix) {
        Optional<String> mode = fields.text("mode");
        Optional<String> owner = fields.text("owner");
        if (unix) {
            return Optional.of(new UnixSocket(mode, owner));
        }
        String expected = "neither mode nor owner, or host \"unix:/path\"";
        mode.ifPresent(text -> fields.refuse("mode", "given for a port", expected));
        owner.ifPresent(text -> fields.refuse("owner", "given for a port", expected));
        return Optional.empty();
    }

    private static void checkPath(Fields fields, String path) {
        if (!path.startsWith("/") || path.endsWith("/") || path.indexOf('\0') >= 0
                || path.getBytes(StandardCharsets.UTF_8).length > SocketFile.LONGEST_PATH) {
            fields.refuse("host", Value.describe(Listener.UNIX + path), "\"unix:\" and an absolute path of at"
                    + " most " + SocketFile.LONGEST_PATH + " bytes");
        }
    }

    private static OptionalInt redirect(Optional<String> text) {
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        int colon = text.get().indexOf(':');
        return OptionalInt.of(colon < 0 ? HTTPS_PORT : Integer.parseInt(text.get().substring(colon + 1)));
    }

    private static ListenerTls tls(Fields fields) {
        List<CertificatePair> pairs = new ArrayList<>();
        for (Value item : fields.items("certificates")) {
            item.object().flatMap(pair -> {
                Optional<CertificatePair> read = pair(pair);
                pair.done();
                return read;
            }).ifPresent(pairs::add);
        }
        Optional<String> directory = fields.text("directory");
        if (directory.isEmpty() && fields.items("certificates").isEmpty()) {
            fields.refuse("certificates", "missing", "certificates, or a directory of them");
        }
        ListenerTls tls = new ListenerTls(pairs, directory, fields.text("default"),
                fields.value("minVersion").flatMap(Value::word).orElse("1.2"),
                fields.value("clients").flatMap(Value::object).flatMap(ListenerReader::clients),
                fields.duration("handshakeTimeout"),
                fields.value("hsts").flatMap(Value::object).map(ListenerReader::hsts));
        fields.done();
        return tls;
    }

    /** The keys {@code cert}, {@code key} and {@code password}. */
    static Optional<CertificatePair> pair(Fields fields) {
        Optional<String> cert = fields.required("cert").flatMap(Value::text);
        Optional<String> key = fields.required("key").flatMap(Value::text);
        Optional<String> password = fields.secret("password");
        return cert.isPresent() && key.isPresent()
                ? Optional.of(new CertificatePair(cert.get(), key.get(), password)) : Optional.empty();
    }

    private static Optional<ClientCertificates> clients(Fields fields) {
        Optional<String> ca = fields.required("ca").flatMap(Value::text);
        boolean require = fields.flag("require");
        boolean headers = fields.flag("headers");
        fields.done();
        return ca.map(path -> new ClientCertificates(path, require, headers));
    }

    private static Hsts hsts(Fields fields) {
        Hsts hsts = new Hsts(fields.duration("maxAge"), fields.flag("subdomains"), fields.flag("preload"));
        fields.done();
        return hsts;
    }

    /** @param unix for a Unix socket, where all who may connect are proxies */
    private static ProxyPeers proxies(Fields fields, boolean unix) {
        List<Network> from = NodeReader.networks(fields, "from");
        if (unix && !from.isEmpty()) {
            fields.refuse("from", "given for a Unix socket",
                    "none: mode and owner say who may connect, and each of them must send the header");
        } else if (!unix && from.isEmpty()) {
            fields.refuse("from", fields.value("from").isEmpty() ? "missing" : "empty",
                    "the addresses of the proxies in front");
        }
        Optional<String> others = fields.value("others").flatMap(Value::word);
        ProxyPeers proxies = new ProxyPeers(from, others.equals(Optional.of("accept")));
        fields.done();
        return proxies;
    }

    /** The place of the listener that already has this port; -1 when it is free. */
    static int first(List<Listener> listeners, Listener wanted) {
        for (int i = 0; i < listeners.size(); i++) {
            Listener taken = listeners.get(i);
            boolean sameHost = taken.host().equalsIgnoreCase(wanted.host())
                    || everywhere(taken.host()) || everywhere(wanted.host());
            boolean samePort = wanted.port() != 0 && taken.port() == wanted.port() && sameHost;
            if (samePort || wanted.unix().isPresent() && taken.host().equals(wanted.host())) {
                return i;
            }
        }
        return -1;
    }

    static boolean everywhere(String host) {
        return host.equals("0.0.0.0") || host.equals("::");
    }
}

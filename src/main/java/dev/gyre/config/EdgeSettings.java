package dev.gyre.config;

import static dev.gyre.config.Setting.duration;
import static dev.gyre.config.Setting.flag;
import static dev.gyre.config.Setting.group;
import static dev.gyre.config.Setting.secret;
import static dev.gyre.config.Setting.text;
import static dev.gyre.config.Setting.whole;
import static dev.gyre.config.Setting.words;

import dev.gyre.model.BackendTls;
import dev.gyre.model.TunnelPolicy;
import io.vertx.core.json.JsonArray;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** The part of the {@link SettingsTable} about connections: listeners, TLS on both sides, tunnels. */
final class EdgeSettings {

    private static final String PEM = "the path of a PEM file";
    private static final int MOST = 1_000_000;
    private static final Duration LONGEST_HSTS = Duration.ofDays(3650);

    private EdgeSettings() { }

    static Form.Group listener(Setting port) {
        return Form.Group.of(
                text("host", "an address or a name, without a port, or \"unix:/path\"",
                        "Address to bind to, or unix: and the path of a Unix socket.").or("0.0.0.0"),
                port.absent("required, but for a Unix socket"),
                text("mode", "0?[0-7]{3}", "three octal digits such as \"660\"", "Access rights of the Unix"
                        + " socket.").absent("as the process makes files"),
                text("owner", "[^:\\s]{1,64}(:[^:\\s]{1,64})?", "a user, or a user and a group:"
                        + " \"gyre:www-data\"", "Owner of the Unix socket.").absent("the process's"),
                listenerTls(),
                text("redirect", "https(:[1-9][0-9]{0,3}|:[1-5][0-9]{4}|:6[0-4][0-9]{3}|:65[0-4][0-9]{2}"
                        + "|:655[0-2][0-9]|:6553[0-5])?", "\"https\" or \"https:8443\"",
                        "Every request is sent to the same address under https, at port 443 or the one given."
                        + " For listeners in clear text.").absent("requests are served")
                        .examples("https", "https:8443"),
                text("acme", "a directory", "Directory from which /.well-known/acme-challenge/ is served.")
                        .absent("none"),
                group("proxyProtocol", "Peers that tell of their clients by the PROXY protocol, version 1 or"
                        + " 2; off unless set.",
                        networks("from", "Peers that must send its header: addresses and blocks. Not for a"
                                + " Unix socket, where all who may connect must.")
                                .examples("10.0.0.0/8"),
                        words("others", List.of("refuse", "accept"), "What becomes of other peers: refused,"
                                + " or served as clients.").or("refuse")))
                .needs("port", "host", Listener.UNIX);
    }

    private static Setting listenerTls() {
        return group("tls", "TLS; in clear text unless set.",
                Setting.of("certificates", new Form.Items(Form.Group.of(pair()), 0, "A pair of files."),
                        "Certificates with their keys; clients get the one for the name that they ask for.")
                        .or(new JsonArray()),
                text("directory", "a directory", "Directory of further pairs: tls.crt and tls.key,"
                        + " fullchain.pem and privkey.pem, or NAME.crt and NAME.key, in it or one level"
                        + " below.").absent("none"),
                text("default", "[A-Za-z0-9.*_-]{1,253}", "a name, or \"refuse\"", "The name whose"
                        + " certificate clients get that ask for none or an unknown one; refuse: they get"
                        + " none.")
                        .absent("the first certificate"),
                words("minVersion", List.of("1.2", "1.3"), "The oldest version of TLS.").or("1.2"),
                clients(),
                duration("handshakeTimeout", "100ms", "For the whole handshake.").or("10s"),
                group("hsts", "Strict-Transport-Security (RFC 6797) on each answer; off unless set.",
                        Setting.of("maxAge", new Form.Span(Duration.ZERO, LONGEST_HSTS),
                                "How long browsers keep to https.").or("8760h"),
                        flag("subdomains", "For all names below as well.").or(false),
                        flag("preload", "Agrees to being listed by browsers.").or(false)));
    }

    static Setting adminTls() {
        Setting[] pair = pair();
        return group("tls", "TLS of the admin port; in clear text unless set.", pair[0], pair[1], pair[2],
                group("clients", "Certificates that callers present in place of a token, to do everything;"
                        + " none are asked for unless set.", authorities(),
                        flag("require", "A caller without one is refused.").or(false)));
    }

    private static Setting[] pair() {
        return new Setting[] {
            text("cert", PEM, "Path of the certificate and those that signed it, PEM.").mustBeGiven(),
            text("key", PEM, "Path of its private key, PEM.").mustBeGiven(),
            secret("password", "Of the private key.").absent("none")
        };
    }

    private static Setting authorities() {
        return text("ca", PEM, "Path of the certificates that sign them, PEM.").mustBeGiven();
    }

    private static Setting clients() {
        return group("clients", "Certificates that clients show; none are asked for unless set.",
                authorities(), flag("require", "A client without one is refused.").or(true),
                flag("headers", "Backends learn about them by X-Client-* as well as by Client-Cert.")
                        .or(false));
    }

    static Setting backendTls() {
        return group("tls", "How backends are met under https.",
                text("trust", "\"system\" or the path of a PEM file", "The authorities that may sign a"
                        + " backend's certificate: those of the Java runtime, or of a file.")
                        .or(BackendTls.SYSTEM),
                text("fingerprint", "sha256:([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}|.*[$][{][^}]+[}].*",
                        "\"sha256:\" and 64 hexadecimal digits", "The one certificate that is taken,"
                        + " whoever signed it, for whatever name.").absent("by trust"),
                text("name", "[A-Za-z0-9._:-]{1,253}", "a name or an address", "Asked for by SNI and checked"
                        + " in the certificate.").absent("the host of the backend's URL"),
                text("cert", PEM, "Path of the certificate that this node shows, PEM.").absent("none"),
                text("key", PEM, "Path of its private key, PEM.").absent("none"),
                text("passwordFile", "the path of a file", "Path of a file with the password of the private"
                        + " key.").absent("none"),
                flag("insecure", "Any certificate is taken: whoever is in between can read and change"
                        + " everything.").or(false));
    }

    static Setting upgrade() {
        return Setting.of("upgrade", new Form.Items(new Form.Text(
                Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z/-]{1,100}"), "the name of a protocol"), 0,
                "A protocol."), "Protocols that a request may change to by the field Upgrade.")
                .or(new JsonArray(TunnelPolicy.DEFAULT.upgrade()));
    }

    static Setting tunnels() {
        return group("tunnels", "What a connection may do that has changed to another protocol.",
                duration("idle", "1s", "How long nothing may pass.").or(TunnelPolicy.DEFAULT.idle()),
                Setting.of("lifetime", offOr(Setting.span("1s")), "How long it may last in all.")
                        .or(SettingsTable.OFF),
                Setting.of("perBackend", offOr(new Form.Whole(1, MOST)), "Tunnels to one backend at a time,"
                        + " on one node.").or(SettingsTable.OFF),
                Setting.of("perAddress", offOr(new Form.Whole(1, MOST)), "Tunnels of one client's address at"
                        + " a time, on one node.").or(SettingsTable.OFF));
    }

    static Setting[] handshakes() {
        return new Setting[] {
            whole("handshakes", 1, MOST, "TLS handshakes under way at a time.").absent("unlimited"),
            whole("handshakesPerAddress", 1, MOST, "TLS handshakes that one address (IPv6: one /64) may begin"
                    + " in a second, but for trusted proxies.").absent("unlimited")
        };
    }

    private static Form offOr(Form form) {
        return Form.Either.of(new Form.Words(List.of(SettingsTable.OFF)), form);
    }

    private static Setting networks(String key, String description) {
        return Setting.of(key, new Form.Items(
                Form.Text.any("an address or block such as \"10.0.0.0/8\" or \"fd00::/8\""), 0,
                "An address or a block."), description).or(new JsonArray());
    }
}

package dev.gyre.config;

import static dev.gyre.config.Setting.duration;
import static dev.gyre.config.Setting.flag;
import static dev.gyre.config.Setting.fraction;
import static dev.gyre.config.Setting.group;
import static dev.gyre.config.Setting.secret;
import static dev.gyre.config.Setting.size;
import static dev.gyre.config.Setting.span;
import static dev.gyre.config.Setting.text;
import static dev.gyre.config.Setting.whole;
import static dev.gyre.config.Setting.words;

import dev.gyre.config.Settings.AdminSettings;
import dev.gyre.config.Settings.ClusterSettings;
import dev.gyre.model.AddressFamily;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.ConcurrencyLimit.Adaptive;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.HashKey;
import dev.gyre.model.Hashing;
import dev.gyre.model.HealthPolicy;
import dev.gyre.model.HoldPolicy;
import dev.gyre.model.Limits;
import dev.gyre.model.LookAlikes;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.Priority;
import dev.gyre.model.RetryCause;
import dev.gyre.model.RetryPolicy;
import dev.gyre.model.Role;
import dev.gyre.model.Scope;
import dev.gyre.model.SlowStart;
import dev.gyre.model.Sticky;
import dev.gyre.model.Strategy;
import dev.gyre.model.Timeouts;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * All settings: form, range, default and description of each. The reader takes its checks from here, the
 * schema ({@link SettingsSchema}) and the options of the command line are made from it.
 */
public final class SettingsTable {

    static final String OFF = "off";
    /** The form of names of services and zones. */
    static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}";
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}";
    private static final String REFERENCE = "|.*[$][{][^}]+[}].*";
    private static final String HOST_FORM = "an address or a name, without a port";
    private static final int MAX_PORT = 65_535;
    private static final int MOST = 1_000_000;
    private static final int MOST_CONNECTIONS = 10_000_000;
    /** As far as the units go. */
    private static final long LARGEST_BODY = 999_999_999L << 30;

    /** A backend, where it is more than a URL. */
    static final Form.Group BACKEND = Form.Group.of(
            url("url", "Address of the server: http://host:port, or https://host:port for TLS, without path"
                    + " or query; the port defaults to 80 or 443. Or unix:/path for a Unix socket.")
                    .mustBeGiven(),
            whole("weight", 1, Backend.MAX_WEIGHT, "Share of the requests relative to the other backends.")
                    .or(1),
            zone("Zone in which the server stands.").absent("none"));

    /** A backend, as it stands in a list. */
    static final Form BACKEND_OR_URL = Form.Either.of(url("url", "").form(), BACKEND);

    /** How a service treats its backends. Commands have these settings as well. */
    static final Form.Group POLICY = Form.Group.of(
            Setting.of("balance", Form.Either.of(new Form.Words(Strategy.words()), balance()),
                    "How requests are spread over the backends. round-robin: turns by weight."
                    + " weighted-random: lots by weight. least-requests: the fewest in flight, of all."
                    + " power-of-two: the fewer in flight, of two drawn by lot. peak-ewma: of two, the one"
                    + " that lately answered faster, times what it has in flight. consistent-hash: the same"
                    + " key to the same backend.").or("round-robin"),
            switchable("sticky", "Clients stay with the backend they were given, by means of a signed"
                    + " cookie.",
                    text("cookie", TOKEN + REFERENCE, "the name of a cookie, without blanks and separators",
                            "Name of the cookie.").or(Sticky.DEFAULT_COOKIE),
                    duration("ttl", "1s", "How long a browser keeps the cookie.")
                            .absent("until the browser is closed")),
            switchable("slowStart", "New and recovered backends get their share by and by. Not with"
                    + " consistent-hash.",
                    duration("window", "1s", "From the first request to the full share.").mustBeGiven(),
                    fraction("aggression", SlowStart.LEAST_AGGRESSION, SlowStart.MOST_AGGRESSION,
                            "1: the share grows evenly; more: faster in the beginning.").or(1)),
            text("host", "[A-Za-z0-9._:\\[\\]-]{1,261}",
                    "\"client\", \"backend\" or a host with or without a port", "Host header that backends"
                    + " are sent: the client's, the backend's own host:port, or a fixed value.")
                    .or("client").examples("client", "backend", "www.example.com"),
            pool(), timeouts(), retry(), ejection(), health(),
            group("hold", "How requests wait while the service is held, or has no backend.",
                    whole("queue", 0, MOST, "Requests that may wait on one node.")
                            .or(HoldPolicy.DEFAULT.queue()),
                    Setting.of("whenEmpty", Form.Either.of(new Form.Words(List.of(OFF)), span("1ms")),
                            "How long a request waits for a backend when none is in rotation, or off.")
                            .or(OFF)),
            Setting.of("limit", Form.Either.of(new Form.Words(List.of(OFF, "adaptive")),
                    new Form.Whole(1, MOST), Form.Group.of(adaptive())), "Requests that may be in flight on"
                    + " one node: off, adaptive (by how fast answers come) or a number.").or(OFF),
            EdgeSettings.backendTls(), EdgeSettings.upgrade(), EdgeSettings.tunnels());

    static final Form.Group SERVICE = service();

    static final Form.Group ROUTE = Form.Group.of(
            text("host", "\"*\", \"api.example.com\" or \"*.example.com\", without a port",
                    "Any host, an exact one, or all below a suffix; without port.").or("*")
                    .examples("*", "api.example.com", "*.example.com"),
            text("path", "/[!\\x22$-)+->@-~]*|/([!\\x22$-)+->@-~]*/)?[*]",
                    "\"/exact\" or \"/prefix/*\", with \"*\" at the end only",
                    "An exact path, or a prefix with all below it.").or("/*").examples("/health", "/v1/*"),
            text("service", "the name of a service", "Name of the service.").mustBeGiven(),
            size("maxBody", 0, LARGEST_BODY, "Size of a request's body.").absent("limits.maxBody"),
            words("priority", Priority.words(), "Who is refused first when the service has as many requests"
                    + " in flight as its limit allows: sheddable, then normal, then critical.")
                    .absent("normal"));

    /** The whole of a config. */
    static final Form.Group CONFIG = Form.Group.of(
            text("$schema", "the address of a schema", "Address of this schema, for editors.")
                    .absent("none"),
            Setting.of("listeners", new Form.Items(EdgeSettings.listener(
                    whole("port", 0, MAX_PORT, "Port to bind to; 0 for any free one.")), 1,
                    "A port that takes client connections."), "Where clients connect.")
                    .or(new JsonArray().add(new JsonObject().put("host", "0.0.0.0").put("port", 8080))),
            Setting.of("instances", Form.Either.of(new Form.Words(List.of("auto")), new Form.Whole(1, 1024)),
                    "Proxy verticles to run; auto is one per core.").or("auto"),
            Setting.of("services", new Form.Named(NAME, SERVICE, "A group of backends and the policy towards"
                    + " them."), "Groups of backends and the policy towards them, by name. At least one.")
                    .mustBeGiven(),
            list("routes", ROUTE, "Leads requests to a service. Host and path together may stand once.",
                    "Which requests go to which service, most specific first. With one service and no route,"
                    + " every request goes to it; with more than one service, at least one route is needed."),
            admin(),
            group("node", "This node itself.",
                    text("name", "[A-Za-z0-9._-]{1,63}",
                            "1 to 63 letters, digits, dots, hyphens or underscores",
                            "What people call this node, in lists, logs and the history.")
                            .absent("the host's name")),
            cluster(),
            group("backendNetworks", "Where backends may be. By default everywhere but at unspecified,"
                    + " multicast, broadcast and link-local addresses, the metadata service of clouds among"
                    + " them. This node's admin and cluster ports are never backends.",
                    networks("allow", "Addresses and blocks that may be used whatever the default says.")
                            .examples("169.254.10.0/24"),
                    networks("deny", "Addresses and blocks that may not be used. Where both lists hold an"
                            + " address the longer prefix decides, else this list.")
                            .examples("10.20.0.0/16")),
            group("forwarding", "What backends are told about the client.",
                    networks("trusted", "Peers whose own forwarding headers are believed: addresses and"
                            + " blocks, never names; unix: for all who connect to a Unix socket.")
                            .examples("10.0.0.0/8", "fd00::/8", "unix:"),
                    flag("ambiguousPaths", "Forward paths as they came also when backends may read them in"
                            + " another way than the routes do: with dot segments, a backslash or %2F."
                            + " Otherwise they are refused with 400.").or(false),
                    flag("forwarded", "Write Forwarded (RFC 7239) beside X-Forwarded-*.").or(false),
                    flag("realIp", "Write X-Real-IP, too: the peer's address, or what a trusted peer says.")
                            .or(false),
                    words("lookAlikes", LookAlikes.words(), "What becomes of fields that CGI, WSGI or PHP"
                            + " take for reserved ones, e.g. X_Forwarded_For.").or("drop")),
            resolver(), limits(),
            text("data", "a directory", "Directory for what the node must remember.").or("gyre-data"),
            group("registry", "How the registry keeps what was changed by command.",
                    Setting.of("retention", new Form.Span(Duration.ofHours(1), Duration.ofDays(365)),
                            "How long the mark of a removal is kept; a node that was away for longer takes"
                            + " over what the others hold.").or(Settings.RETENTION)),
            zone("Where this node stands; it prefers backends of the same zone.").absent("none"),
            group("sticky", "What sticky cookies are signed with.",
                    secret("secret", "The same on all nodes that share clients.").absent("cluster.secret")),
            duration("grace", "0s", "How long requests in flight may take to finish when the node stops.")
                    .or("30s"),
            duration("warmUp", "0s", "How long the node may send requests to itself before it opens its"
                    + " ports; it ends earlier when the hot path is compiled. 0s: not at all.").or("0s"),
            list("stores", store(), "A store of Vert.x Config.", "Further stores, read through Vert.x Config"
                    + " and laid over this file in their order."));

    private SettingsTable() { }

    /** The settings of a whole config. */
    public static Form.Group config() {
        return CONFIG;
    }

    /** Those of a service without its backends, which commands have as well. */
    public static Form.Group policy() {
        return POLICY;
    }

    private static Form.Group service() {
        List<Setting> all = new ArrayList<>(POLICY.settings().values());
        all.add(list("backends", BACKEND_OR_URL, "A server process.",
                "Server processes; may be empty, as they can be added at run time."));
        return Form.Group.of(all.toArray(Setting[]::new));
    }

    private static Setting list(String key, Form item, String each, String description) {
        return Setting.of(key, new Form.Items(item, 0, each), description).or(new JsonArray());
    }

    private static Setting networks(String key, String description) {
        return list(key, Form.Text.any("an address or block such as \"10.0.0.0/8\" or \"fd00::/8\""),
                "An address or a block.", description);
    }

    /** A group that is off unless it is given. */
    private static Setting switchable(String key, String description, Setting... settings) {
        return Setting.of(key, Form.Either.of(new Form.Words(List.of(OFF)), Form.Group.of(settings)),
                description).or(OFF);
    }

    private static Setting zone(String description) {
        return text("zone", NAME, "a zone: 1..63 letters, digits, \".\", \"_\" or \"-\", the first a letter"
                + " or digit", description);
    }

    private static Setting url(String key, String description) {
        return text(key, "[hH][tT][tT][pP][sS]?://[^/?#@]+/?|unix:/[A-Za-z0-9._~+=,:/-]+",
                BackendUrl.FORMS, description);
    }

    private static Form.Group balance() {
        return Form.Group.of(
                words("by", Strategy.words(), "How requests are spread; all else counts under"
                        + " consistent-hash only.").mustBeGiven(),
                text("key", "(client-address|(header|cookie|query):" + TOKEN + ")" + REFERENCE,
                        HashKey.FORMS, "What is hashed.").or(Hashing.DEFAULT.key().text())
                        .examples("header:X-User", "cookie:session", "query:id", "client-address"),
                words("algorithm", Hashing.Algorithm.words(),
                        "maglev: even shares. ring: moves no key that need not move.")
                        .or(Hashing.DEFAULT.algorithm().word()),
                fraction("boundedLoad", Hashing.LEAST_BOUND, Hashing.MOST_BOUND, "No backend gets a request"
                        + " while it has more than this many times its share of what the node has in"
                        + " flight.").or(Hashing.DEFAULT.boundedLoad()));
    }

    private static Setting adaptive() {
        return group("adaptive", "Within which bounds the limit follows what the backends can do, and by"
                + " what.",
                whole("min", 1, MOST, "Never fewer, and as many at first.").or(Adaptive.DEFAULT.min()),
                whole("max", 1, MOST, "Never more; no less than min.").or(Adaptive.DEFAULT.max()),
                fraction("tolerance", 1.1, 10, "How many times as long as usual an answer may take to begin"
                        + " until the limit falls.").or(Adaptive.DEFAULT.tolerance())).mustBeGiven();
    }

    private static Setting pool() {
        PoolPolicy pool = PoolPolicy.DEFAULT;
        return group("pool", "Bounds on the connections to each backend; they hold for the whole node, or by"
                + " scope for the cluster.",
                whole("maxConnections", 1, MOST, "Connections open to one backend.")
                        .or(pool.maxConnections()),
                words("scope", Scope.words(), "What maxConnections is the sum over: each node by itself, or"
                        + " all nodes of the cluster, which then share it out.").or(pool.scope().word()),
                whole("maxQueue", 0, MOST_CONNECTIONS, "Requests that may wait for a connection to one"
                        + " backend.").or(pool.maxQueue()),
                duration("queueTimeout", "1ms", "How long a request may wait for a connection.")
                        .or(pool.queueTimeout()),
                duration("keepAlive", "1ms", "How long an idle connection is kept.").or(pool.keepAlive()));
    }

    private static Setting timeouts() {
        Timeouts timeouts = Timeouts.DEFAULT;
        return group("timeouts", "How long a request may take, phase by phase.",
                duration("connect", "1ms", "For the connection to a backend to open.")
                        .or(timeouts.connect()),
                duration("firstByte", "1ms", "From the end of the request to the head of the answer.")
                        .or(timeouts.firstByte()),
                duration("idle", "1ms", "Between two pieces of a body, in either direction.")
                        .or(timeouts.idle()),
                duration("request", "1ms", "From the request's head to the end of the answer.")
                        .absent("unlimited"));
    }

    private static Setting retry() {
        RetryPolicy retry = RetryPolicy.DEFAULT;
        String causes = String.join(", ", RetryCause.words()) + " or a status, 400..599";
        return group("retry", "When requests are tried again, and how often at most.",
                whole("attempts", 1, 10, "Tries in all, the first one and a hedge included; 1: none is tried"
                        + " again.").or(retry.attempts()),
                Setting.of("on", new Form.Items(new Form.Text(Pattern.compile(
                        String.join("|", RetryCause.words()) + "|[45][0-9][0-9]"), causes), 0,
                        "What a try may have come to."),
                        "What a try may have come to for another to follow: no connection (any method), no"
                        + " answer or none in time, or one of these statuses (idempotent methods).")
                        .or(JsonArray.of("connect", "reset", "timeout", "502", "503", "504")),
                duration("perTry", "1ms", "How long a try that another can follow may take from the end of"
                        + " the request to the head of the answer.").absent("timeouts.firstByte"),
                group("backoff", "The wait before a retry, but for the first at another backend: random, from"
                        + " none to base, which doubles with each retry.",
                        duration("base", "1ms", "The longest first wait.").or(retry.backoff().base()),
                        duration("max", "1ms", "The longest wait.").or(retry.backoff().max())),
                size("buffer", 0, 16 << 20, "Up to so much of a request's body is kept to be sent again.")
                        .or(Sizes.text(retry.buffer())),
                group("budget", "Retries and hedges that one node may add to the load of the service's"
                        + " backends.",
                        fraction("ratio", 0, 1, "Retries for each request, over ten seconds; in one second"
                                + " up to half as many again.").or(retry.budget().ratio()),
                        whole("perSecond", 0, MOST, "Retries that are allowed where the ratio comes to less;"
                                + " five seconds of them may come at once.")
                                .or(retry.budget().perSecond())),
                group("hedge", "Sends idempotent requests without a body, when they have waited so long for"
                        + " an answer, to a second backend as well.",
                        Setting.of("after", Form.Either.of(new Form.Words(List.of(OFF, "p95")), span("1ms")),
                                "off, p95 of the service's latest answers, or a fixed time.").or(OFF)));
    }

    private static Setting ejection() {
        EjectionPolicy ejection = EjectionPolicy.DEFAULT;
        return group("ejection", "When a backend that fails requests is left out for a while, on each node by"
                + " what that node sees.",
                whole("failures", 1, 1000, "Failures in a row that eject a backend.")
                        .or(ejection.failures()),
                fraction("rate", 0.01, 1, "Ejects a backend whose share of failed requests lies so much above"
                        + " the service's median.").or(ejection.rate()),
                whole("requests", 1, MOST, "Requests within ten seconds without which rate and latency say"
                        + " nothing of a backend.").or(ejection.requests()),
                fraction("latency", 1.5, 100, "Ejects a backend whose median time to answer is more than so"
                        + " many times the service's median, and 50 ms.").absent(OFF),
                Setting.of("statuses", new Form.Items(new Form.Text(Pattern.compile("5[0-9][0-9]"),
                        "a status as text, \"500\"..\"599\""), 0, "A status."),
                        "Answers that are failures; 500 counts towards the rate in any case.")
                        .or(JsonArray.of("502", "503", "504")),
                duration("baseEjection", "1ms", "How long the first ejection lasts; each repeat doubles it,"
                        + " up to maxEjection.").or(ejection.baseEjection()).renamedFrom("for"),
                duration("maxEjection", "1ms", "The longest ejection; no less than baseEjection.")
                        .or(ejection.maxEjection()).renamedFrom("upTo"),
                fraction("max", 0, 1, "Share of the backends that may be ejected at a time; above 0 one may"
                        + " be where there are two or more; 0: none.").or(ejection.max()));
    }

    private static Setting health() {
        HealthPolicy health = HealthPolicy.DEFAULT;
        Setting port = whole("port", 1, MAX_PORT, "Port to probe.").absent("the backend's own");
        return Setting.of("health", Form.Group.of(
                switchable("http", "A request whose answer says whether the backend is healthy; one of http"
                        + " and tcp.",
                        words("method", List.of("GET", "HEAD", "OPTIONS"), "Method of the request.")
                                .or("GET"),
                        text("path", "/[!-\\x22$-~]{0,2000}",
                                "a path such as \"/health\", visible ASCII characters",
                                "Path of the request, with its query.").or("/"),
                        text("status", "[1-5][0-9][0-9](-[1-5][0-9][0-9])?",
                                "text such as \"204\" or \"200-399\", 100..599",
                                "Status that passes, or a range of them.").or("200-399"),
                        text("body", "a text in the answer's body",
                                "Text that the first 64 KB of the answer must contain.").absent("any text"),
                        text("host", "[A-Za-z0-9._:\\[\\]-]{1,261}", "a host with or without a port",
                                "Host header of the request.").absent("the backend's own host and port"),
                        port),
                switchable("tcp", "A connection that opens; one of http and tcp.", port),
                duration("interval", "100ms", "From one probe of a backend to the next, give or take a"
                        + " tenth.").or(health.interval()),
                duration("timeout", "1ms", "For the whole of a probe.").or(health.timeout()),
                whole("rise", 1, 100, "Probes passed in a row that make a backend healthy again.")
                        .or(health.rise()),
                whole("fall", 1, 100, "Probes failed in a row that make a backend down.").or(health.fall()),
                fraction("panic", 0, 1, "When a smaller share of the backends in rotation is healthy, all are"
                        + " offered; with 0 only when none is.").or(health.panic()))
                .exclusive("http", "tcp"), "Whether a backend is healthy, asked by probes: none unless http"
                + " or tcp is given.");
    }

    private static Setting admin() {
        AdminSettings admin = AdminSettings.DEFAULT;
        return group("admin", "The port for commands, state and metrics.",
                text("host", HOST_FORM, "Address to bind to. One that is not loopback needs a token, or"
                        + " client certificates that are required.")
                        .or(admin.host()),
                whole("port", 0, MAX_PORT, "Port to bind to; 0 for any free one.").or(admin.port()),
                secret("token", "What callers present as Authorization: Bearer; lets them do everything.")
                        .absent("none"),
                list("tokens", Form.Group.of(
                        text("name", "[A-Za-z0-9][A-Za-z0-9._@-]{0,62}",
                                "letters, digits, \".\", \"_\", \"@\" and \"-\", at most 63",
                                "Name of its holder, for history and audit log.").mustBeGiven(),
                        words("role", Role.words(), "read may look at everything and change nothing.")
                                .mustBeGiven(),
                        secret("token", "What its holder presents.").mustBeGiven()), "A token.",
                        "Further tokens, each with a name for history and audit log, and a role."),
                EdgeSettings.adminTls());
    }

    private static Setting cluster() {
        ClusterSettings cluster = ClusterSettings.DEFAULT;
        String pem = "the path of a PEM file";
        return group("cluster", "How this node meets the others.",
                text("name", "text", "Name of the cluster.").or(cluster.name()),
                text("host", HOST_FORM, "The one address the cluster ports bind to, by which the other nodes"
                        + " reach this one. One that is not loopback needs a secret.").or(cluster.host()),
                whole("port", 1, MAX_PORT, "Port of the cluster.").or(cluster.port()),
                whole("eventBusPort", 0, MAX_PORT, "Port of the event bus; 0 for any free one.")
                        .or(cluster.eventBusPort()),
                list("members", Form.Text.any("host or host:port"), "A node.", "Nodes to look for, each host"
                        + " or host:port; a name stands for all its addresses, such as that of a headless"
                        + " service."),
                secret("secret", "Shared by all nodes.").absent("none"),
                duration("maxClockSkew", "1s", "By how much a node's wall clock may be ahead of the others';"
                        + " a node further ahead refuses commands.").or(cluster.maxClockSkew()),
                group("tls", "Mutual TLS on the event bus; off unless set.",
                        text("cert", pem, "Path of this node's certificate, PEM.").mustBeGiven(),
                        text("key", pem, "Path of its private key, PEM, PKCS#8.").mustBeGiven(),
                        text("ca", pem, "Path of the certificates that sign those of all nodes, PEM.")
                                .mustBeGiven()));
    }

    private static Setting resolver() {
        ResolverSettings resolver = ResolverSettings.DEFAULT;
        return group("resolver", "How the names of backends are looked up.",
                Setting.of("servers", new Form.Items(new Form.Text(Pattern.compile(
                        "[0-9]{1,3}([.][0-9]{1,3}){3}(:[1-9][0-9]{0,4})?"
                        + "|\\[[0-9A-Fa-f:.]{2,45}\\](:[1-9][0-9]{0,4})?"
                        + "|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*"),
                        "an address, with or without a port, such as \"10.0.0.53\" or \"[fd00::53]:5353\""),
                        1, "A name server."), "Name servers in the order they are asked, addresses with or"
                        + " without a port.").absent("those of /etc/resolv.conf"),
                duration("timeout", "10ms", "For one question to one server; over TCP once more.")
                        .or(resolver.timeout()),
                // At least 100 ms: a time to live of 0 must not become a flood.
                duration("minTtl", "100ms", "A name is looked up again no sooner than after so long.")
                        .or(resolver.minTtl()),
                duration("maxTtl", "100ms", "And no later than after so long, at least minTtl.")
                        .or(resolver.maxTtl()),
                group("backoff", "How long after a failure a name is looked up again.",
                        duration("base", "100ms", "After the first failure; doubled with each further one."
                                + " Chance takes up to a half of it.").or(resolver.backoff().base()),
                        duration("max", "100ms", "At most so long.").or(resolver.backoff().max())),
                words("family", AddressFamily.words(), "Which addresses are used; auto: IPv4, and IPv6 where"
                        + " this node has such an address.").or(resolver.family().word()));
    }

    private static Setting limits() {
        Limits limits = Limits.DEFAULT;
        Setting[] handshakes = EdgeSettings.handshakes();
        return group("limits", "What clients may ask of this node at most.",
                whole("connections", 1, MOST_CONNECTIONS, "Connections of clients in all.")
                        .absent("as many as the limit of open files allows"),
                whole("connectionsPerAddress", 1, MOST_CONNECTIONS, "Connections of one address (IPv6: of one"
                        + " /64), but for trusted proxies.").absent("half of all"),
                whole("requestsPerConnection", 1, 1_000_000_000, "Requests before a connection is ended.")
                        .absent("unlimited"),
                size("requestLine", 256, 64 << 10, "Bytes of a request line.")
                        .or(Sizes.text(limits.requestLine())),
                size("headers", 1 << 10, 1 << 20, "Bytes of a request's header fields.")
                        .or(Sizes.text(limits.headers())),
                whole("headerCount", 1, 10_000, "Header fields of a request.").or(limits.headerCount()),
                duration("head", "1ms", "From a request's first byte to the end of its head, and from a"
                        + " connection's beginning to its first byte.").or(limits.head()),
                duration("idle", "1ms", "How long a connection may stay without a request.")
                        .or(limits.idle()),
                size("minRate", 0, 1 << 30, "Bytes a second that a client sends of a body, or takes of an"
                        + " answer, while it is its turn; 0B: any.").or(Sizes.text(limits.minRate())),
                duration("minRateBurst", "1ms", "Credit that a client starts with, as the time it may send or"
                        + " take nothing; each byte adds the time that minRate allows for it, up to six times"
                        + " this.").or(limits.minRateBurst()).renamedFrom("rateGrace"),
                size("maxBody", 0, LARGEST_BODY, "Size of a request's body, where its route sets no other.")
                        .absent("unlimited"),
                flag("halfClose", "A client that has sent its request may end its side and still gets the"
                        + " answer; otherwise it counts as gone.").or(limits.halfClose()),
                handshakes[0], handshakes[1]);
    }

    private static Form.Group store() {
        return Form.Group.of(
                text("type", "the type of a store", "Kind of store.").mustBeGiven()
                        .examples("file", "directory", "env", "sys", "http", "event-bus", "json"),
                text("format", "the name of a format", "Format of what it gives.").or("json")
                        .examples("json", "properties", "raw"),
                flag("optional", "If it cannot be read, its last content stays, or nothing.").or(false),
                Setting.of("config", new Form.Open(), "Settings of that kind of store. env and sys take only"
                        + " the top-level keys listed under keys.").absent("none"));
    }
}

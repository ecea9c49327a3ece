package dev.gyre.config;

import dev.gyre.model.BackendTls;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Optional;

/** How backends are met under https, to and from JSON: the key {@code tls} of a service. */
final class BackendTlsReader {

    private static final String FINGERPRINT = "sha256:";

    private BackendTlsReader() { }

    static BackendTls read(Fields tls, BackendTls base) {
        BackendTls read = new BackendTls(
                tls.text("trust").orElse(base.trust()),
                tls.text("fingerprint").map(BackendTlsReader::digits).or(base::fingerprint),
                tls.text("name").map(name -> name.toLowerCase(Locale.ROOT)).or(base::name),
                tls.text("cert").or(base::cert), tls.text("key").or(base::key),
                tls.text("passwordFile").or(base::passwordFile), tls.flag("insecure", base.insecure()));
        if (read.cert().isPresent() != read.key().isPresent()) {
            tls.refuse(read.cert().isPresent() ? "key" : "cert", "missing", "both cert and key, or neither");
        }
        tls.done();
        return read;
    }

    private static String digits(String text) {
        return text.substring(FINGERPRINT.length()).replace(":", "").toLowerCase(Locale.ROOT);
    }

    static JsonObject write(BackendTls tls) {
        JsonObject json = new JsonObject().put("trust", tls.trust());
        tls.fingerprint().ifPresent(digits -> json.put("fingerprint", FINGERPRINT + digits));
        tls.name().ifPresent(name -> json.put("name", name));
        tls.cert().ifPresent(path -> json.put("cert", path));
        tls.key().ifPresent(path -> json.put("key", path));
        tls.passwordFile().ifPresent(path -> json.put("passwordFile", path));
        return json.put("insecure", tls.insecure());
    }
}

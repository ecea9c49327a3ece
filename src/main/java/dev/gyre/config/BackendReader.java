package dev.gyre.config;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * A backend from JSON: its URL alone, or {@code url} with {@code weight} (1..1000, default 1) and
 * {@code zone}.
 */
public final class BackendReader {

    private static final String FORM = BackendUrl.FORMS;
    /** A name has 253 characters at most; what hides a password is slow with a longer text. */
    private static final int LONGEST = 2_000;

    private BackendReader() { }

    /** @param json {@code url}, {@code weight} and {@code zone}, no other key */
    public static Checked<Backend> read(String path, JsonObject json, Origin origin) {
        Findings findings = new Findings();
        Value value = new Value(path, json, SettingsTable.BACKEND_OR_URL, findings);
        Optional<Backend> backend = read(value, origin);
        return backend.isPresent() ? findings.check(backend.get()) : findings.rejected();
    }

    /** @param text what an operator gave as the URL of a backend */
    public static Checked<BackendUrl> url(String path, String text) {
        Findings findings = new Findings();
        Optional<BackendUrl> url = url(new Value(path, text, SettingsTable.BACKEND_OR_URL, findings));
        return url.isPresent() ? findings.check(url.get()) : findings.rejected();
    }

    /** Empty, with the mistake noted, when there is no usable URL. */
    static Optional<Backend> read(Value value, Origin origin) {
        if (value.asText().isPresent()) {
            return url(value).map(url -> new Backend(url, 1, false, origin));
        }
        return value.object().flatMap(fields -> read(fields, origin));
    }

    private static Optional<Backend> read(Fields fields, Origin origin) {
        Optional<BackendUrl> url = fields.required("url").flatMap(BackendReader::url);
        int weight = fields.integer("weight");
        Optional<String> zone = fields.text("zone");
        fields.done();
        return url.map(known ->
                new Backend(known, weight, false, origin, zone, Optional.empty()));
    }

    private static Optional<BackendUrl> url(Value value) {
        Optional<String> text = value.text(FORM);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (text.get().length() > LONGEST) {
            value.refuse(text.get().length() + " characters", FORM);
            return Optional.empty();
        }
        // An error must not show the password that someone put before the host.
        String shown = text.get().replaceFirst("//.*@", "//…@");
        try {
            return Optional.of(BackendUrl.parse(shown));
        } catch (IllegalArgumentException e) {
            String[] parts = e.getMessage().split(" \\(expected: ", 2);
            value.refuse(parts[0], parts.length == 2 ? parts[1].replaceFirst("\\)$", "") : FORM);
            return Optional.empty();
        }
    }
}

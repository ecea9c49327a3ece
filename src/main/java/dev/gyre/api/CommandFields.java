package dev.gyre.api;

import dev.gyre.config.BackendReader;
import dev.gyre.config.Checked;
import dev.gyre.config.ConfigError;
import dev.gyre.config.Durations;
import dev.gyre.config.Names;
import dev.gyre.config.Nearest;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.registry.Author;
import dev.gyre.registry.CommandRefused;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The fields of one command, read one by one. Mistakes are collected and reported by {@link #done}, all at
 * once; until then a placeholder replaces a wrong value. A field that was never read is unknown.
 */
final class CommandFields {

    private static final BackendUrl PLACEHOLDER = new BackendUrl("placeholder", 1);

    private static final String BY = "by";
    /** No characters that could move a terminal's cursor or break a line of the log. */
    private static final Pattern NAME = Pattern.compile("[^\\p{C}\\p{Zl}\\p{Zp}]{1,100}");

    /** Most mistakes reported; one command may have a hundred thousand. */
    private static final int TOLD = 50;
    private static final int SHOWN = 80;
    /** Longest name, URL or version. */
    private static final int LONGEST = 2_000;

    /** Most keys in one part of a policy; each is compared with all others. */
    private static final int MOST_SETTINGS = 200;

    private final JsonObject json;
    private final String via;
    private final List<ConfigError> errors = new ArrayList<>();
    private final Set<String> known = new TreeSet<>();

    /** @param via the door of the command */
    CommandFields(JsonObject json, String via) {
        this.json = json;
        this.via = via;
        known.add(CommandHandler.COMMAND);
        known.add(BY);
        Object by = json.getValue(BY);
        if (by != null && !(by instanceof String name && NAME.matcher(name).matches())) {
            refuse(BY, found(by), "who gives the command, 1..100 characters, no control characters");
        }
    }

    /** The author of the command; read once all else is {@link #done}. */
    Author author() {
        return Author.operator(Optional.ofNullable(json.getString(BY)), via);
    }

    /** The same for a backend that announces itself. */
    Author backend() {
        return Author.backend(Optional.ofNullable(json.getString(BY)), via);
    }

    private Optional<Object> raw(String field) {
        known.add(field);
        return Optional.ofNullable(json.getValue(field));
    }

    /** Given as text, or absent. */
    Optional<String> text(String field, String expected) {
        Optional<Object> raw = raw(field);
        if (raw.isPresent() && !(raw.get() instanceof String text && !text.isBlank())) {
            refuse(field, found(raw.get()), expected);
            return Optional.empty();
        }
        if (raw.isPresent() && ((String) raw.get()).length() > LONGEST) {
            refuse(field, ((String) raw.get()).length() + " characters", expected);
            return Optional.empty();
        }
        return raw.map(String.class::cast);
    }

    String required(String field, String expected) {
        Optional<String> text = text(field, expected);
        if (text.isEmpty() && raw(field).isEmpty()) {
            refuse(field, "missing", expected);
        }
        return text.orElse("");
    }

    String service() {
        return required("service", "the name of a service");
    }

    /** A valid name for a service. */
    String newService() {
        String name = service();
        if (!name.isEmpty()) {
            Names.service("service", name).ifPresent(errors::add);
        }
        return name;
    }

    BackendUrl url() {
        String text = required("url", BackendUrl.FORMS);
        return text.isEmpty() ? PLACEHOLDER : accept(BackendReader.url("url", text)).orElse(PLACEHOLDER);
    }

    /** The URL of a backend that this node may have. */
    BackendUrl newUrl(Nodes nodes) {
        BackendUrl url = url();
        requireBackend("url", url, nodes);
        return url;
    }

    void requireBackend(String field, BackendUrl url, Nodes nodes) {
        nodes.refusal(url).ifPresent(words -> refuse(field, url + " is " + words,
                "the address of a server; \"backendNetworks\" in the config lists which may be used"));
    }

    Optional<Integer> weight() {
        Optional<Object> raw = raw("weight");
        boolean right = raw.isEmpty() || raw.get() instanceof Integer weight && weight >= 1
                && weight <= Backend.MAX_WEIGHT;
        if (!right) {
            refuse("weight", found(raw.get()), "1.." + Backend.MAX_WEIGHT);
        }
        return right ? raw.map(Integer.class::cast) : Optional.empty();
    }

    Optional<String> zone() {
        Optional<String> zone = text("zone", "the name of a zone");
        zone.flatMap(name -> Names.zone("zone", name)).ifPresent(errors::add);
        return zone;
    }

    int requiredWeight() {
        Optional<Integer> weight = weight();
        if (weight.isEmpty() && raw("weight").isEmpty()) {
            refuse("weight", "missing", "1.." + Backend.MAX_WEIGHT);
        }
        return weight.orElse(1);
    }

    /** A whole number, also as text, as in a query parameter. */
    int number(String field, int least, int most, int fallback) {
        Optional<Object> raw = raw(field);
        Optional<Integer> number = raw.map(Object::toString).filter(text -> text.matches("\\d{1,9}"))
                .map(Integer::valueOf).filter(given -> given >= least && given <= most);
        if (raw.isPresent() && number.isEmpty()) {
            refuse(field, found(raw.get()), least + ".." + most);
        }
        return number.orElse(fallback);
    }

    boolean flag(String field) {
        Optional<Object> raw = raw(field);
        if (raw.isPresent() && !(raw.get() instanceof Boolean)) {
            refuse(field, found(raw.get()), "true or false");
        }
        return raw.filter(Boolean.TRUE::equals).isPresent();
    }

    /** A duration from {@code least} to {@code most}, as text with a unit. */
    Optional<Duration> duration(String field, Duration least, Duration most) {
        Optional<Object> raw = raw(field);
        Optional<Duration> span = raw.filter(String.class::isInstance).map(String.class::cast)
                .flatMap(Durations::parse)
                .filter(given -> given.compareTo(least) >= 0 && given.compareTo(most) <= 0);
        if (raw.isPresent() && span.isEmpty()) {
            refuse(field, found(raw.get()), durations(least, most));
        }
        return span;
    }

    /** The same, required; a placeholder if it is wrong. */
    Duration requiredDuration(String field, Duration least, Duration most) {
        Optional<Duration> span = duration(field, least, most);
        if (span.isEmpty() && raw(field).isEmpty()) {
            refuse(field, "missing", durations(least, most));
        }
        return span.orElse(least);
    }

    private static String durations(Duration least, Duration most) {
        return "a duration such as \"30s\" or \"10m\", " + Durations.text(least) + ".."
                + Durations.text(most);
    }

    /** These fields unchanged, for a reader that checks them. */
    JsonObject part(String... fields) {
        JsonObject part = new JsonObject();
        for (String field : fields) {
            known.add(field);
            if (json.containsKey(field)) {
                part.put(field, json.getValue(field));
                int settings = settings(json.getValue(field));
                if (settings > MOST_SETTINGS) {
                    refuse(field, settings + " settings", "at most " + MOST_SETTINGS);
                }
            }
        }
        return part;
    }

    private static int settings(Object value) {
        int count = 1;
        if (value instanceof JsonObject object) {
            for (String key : object.fieldNames()) {
                count += settings(object.getValue(key));
            }
        }
        return count;
    }

    List<Object> list(String field) {
        Optional<Object> raw = raw(field);
        if (raw.isPresent() && !(raw.get() instanceof JsonArray)) {
            refuse(field, found(raw.get()), "a list");
        }
        List<Object> items = new ArrayList<>();
        raw.filter(JsonArray.class::isInstance).map(JsonArray.class::cast)
                .ifPresent(array -> array.forEach(items::add));
        return items;
    }

    /** Names of fields, at least one; empty if not given. */
    Optional<SortedSet<String>> names(String field) {
        List<Object> items = list(field);
        SortedSet<String> names = new TreeSet<>();
        for (Object item : items) {
            if (item instanceof String name && !name.isBlank()) {
                names.add(name);
            } else {
                refuse(field, found(item), "names of fields, e.g. \"weight\"");
            }
        }
        if (json.getValue(field) instanceof JsonArray && items.isEmpty()) {
            refuse(field, "[]", "at least one name; without \"" + field + "\" all are meant");
        }
        return items.isEmpty() ? Optional.empty() : Optional.of(names);
    }

    <T> Optional<T> accept(Checked<T> checked) {
        errors.addAll(checked.mistakes());
        return checked.accepted();
    }

    void refuse(String field, String found, String expected) {
        errors.add(ConfigError.of(field, found, expected));
    }

    /** Ends the reading: reports all mistakes and unknown fields. */
    void done() throws CommandRefused {
        for (String field : json.fieldNames()) {
            if (!known.contains(field)) {
                errors.add(new ConfigError(cut(field), "unknown field", "", List.copyOf(known),
                        errors.size() < TOLD ? Nearest.to(field, known) : Optional.empty()));
            }
        }
        if (!errors.isEmpty()) {
            throw new CommandRefused(400, errors.stream().limit(TOLD).map(ConfigError::toString)
                    .collect(Collectors.joining("; "))
                    + (errors.size() > TOLD ? "; and " + (errors.size() - TOLD) + " more mistakes" : ""));
        }
    }

    static String found(Object raw) {
        return cut(Json.encode(raw));
    }

    private static String cut(String text) {
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    }
}

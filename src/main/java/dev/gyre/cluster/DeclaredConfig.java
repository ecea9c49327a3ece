package dev.gyre.cluster;

import dev.gyre.config.RouteReader;
import dev.gyre.config.ServicePolicyReader;
import dev.gyre.model.Backend;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.Sha256;
import dev.gyre.model.Topology;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The topology that a node's config declares, field by field. Two nodes find their differences by sending one
 * digest for each of a few hundred parts, and then the fields of the parts that differ.
 */
public final class DeclaredConfig {

    private static final int PARTS = 256;
    /** Most fields sent: the first differences are enough to know what to do. */
    private static final int MOST_FIELDS = 500;
    private static final int MOST_DIFFERENCES = 5;

    private final SortedMap<String, String> fields;
    private final List<SortedMap<String, String>> parts = new ArrayList<>();
    private final String digest;

    private DeclaredConfig(SortedMap<String, String> fields) {
        this.fields = fields;
        for (int i = 0; i < PARTS; i++) {
            parts.add(new TreeMap<>());
        }
        fields.forEach((name, value) -> parts.get(part(name)).put(name, value));
        this.digest = digest(fields);
    }

    public static DeclaredConfig of(Topology declared) {
        SortedMap<String, String> fields = new TreeMap<>();
        for (Service service : declared.services().values()) {
            flatten("service " + service.name() + " ", ServicePolicyReader.write(service.policy()), fields);
            for (Backend backend : service.backends()) {
                String name = "backend " + service.name() + " " + backend.url() + " ";
                fields.put(name + "weight", Integer.toString(backend.weight()));
                fields.put(name + "zone", backend.zone().orElse("none"));
            }
        }
        for (Route route : declared.routes()) {
            flatten("route " + route.host() + route.path() + " ", RouteReader.write(route), fields);
        }
        return new DeclaredConfig(fields);
    }

    private static void flatten(String name, JsonObject json, Map<String, String> fields) {
        json.forEach(field -> {
            if (field.getValue() instanceof JsonObject inner) {
                flatten(name + field.getKey() + ".", inner, fields);
            } else {
                fields.put(name + field.getKey(), String.valueOf(field.getValue()));
            }
        });
    }

    /** The same on all nodes: {@link String#hashCode} is specified. */
    private static int part(String name) {
        return Math.floorMod(name.hashCode(), PARTS);
    }

    private static String digest(SortedMap<String, String> fields) {
        MessageDigest sha = Sha256.digest();
        fields.forEach((name, value) ->
                sha.update((name + "\n" + value + "\n").getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(sha.digest(), 0, 8);
    }

    /** Equal for configs that declare the same. */
    String digest() {
        return digest;
    }

    /** The digest of each part. */
    JsonArray parts() {
        JsonArray digests = new JsonArray();
        parts.forEach(part -> digests.add(digest(part)));
        return digests;
    }

    /** The fields of the parts that differ from another node's {@link #parts}, up to the limit. */
    JsonObject differing(JsonArray theirs) {
        JsonArray different = new JsonArray();
        JsonObject values = new JsonObject();
        for (int i = 0; i < Math.min(PARTS, theirs.size()) && values.size() < MOST_FIELDS; i++) {
            if (!digest(parts.get(i)).equals(theirs.getValue(i))) {
                different.add(i);
                parts.get(i).forEach(values::put);
            }
        }
        return new JsonObject().put("parts", different).put("fields", values);
    }

    /** The first differences to another node's {@link #differing}, in words. */
    List<String> differences(JsonObject theirs) {
        JsonObject there = theirs.getJsonObject("fields");
        TreeSet<String> names = new TreeSet<>(there.fieldNames());
        theirs.getJsonArray("parts").forEach(part -> names.addAll(parts.get((Integer) part).keySet()));
        return names.stream().filter(name -> !here(name).equals(there(there, name))).limit(MOST_DIFFERENCES)
                .map(name -> name + " is " + here(name).orElse("absent") + " here and "
                        + there(there, name).orElse("absent") + " there").toList();
    }

    private Optional<String> here(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    private static Optional<String> there(JsonObject fields, String name) {
        return Optional.ofNullable(fields.getString(name));
    }
}

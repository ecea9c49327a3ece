package dev.gyre.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An object of a reply. What is absent or of another type reads as the fallback. */
record Row(Map<String, Object> fields) {

    private static final Row EMPTY = new Row(Map.of());

    /** An object; of anything else nothing is left. */
    @SuppressWarnings("unchecked")
    static Row of(Object value) {
        return value instanceof Map<?, ?> object ? new Row((Map<String, Object>) object) : EMPTY;
    }

    /** Those of a list that are objects. */
    static List<Row> all(Object value) {
        return value instanceof List<?> list
                ? list.stream().filter(Map.class::isInstance).map(Row::of).toList() : List.of();
    }

    boolean has(String name) {
        return fields.containsKey(name);
    }

    Object value(String name) {
        return fields.get(name);
    }

    /** As a person reads it: text as it is, all else as JSON. */
    String text(String name, String fallback) {
        Object value = fields.get(name);
        return value == null ? fallback : value instanceof String text ? text : Json.text(value);
    }

    String text(String name) {
        return text(name, "-");
    }

    boolean flag(String name, boolean fallback) {
        return fields.get(name) instanceof Boolean flag ? flag : fallback;
    }

    long number(String name, long fallback) {
        return fields.get(name) instanceof Number number ? number.longValue() : fallback;
    }

    List<?> list(String name) {
        return fields.get(name) instanceof List<?> list ? list : List.of();
    }

    Row row(String name) {
        return of(fields.get(name));
    }

    List<Row> rows(String name) {
        return all(fields.get(name));
    }

    /** This row with one field more. */
    Row with(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(fields);
        more.put(name, value);
        return new Row(more);
    }

    /** This row with those fields, which win. */
    Row with(Row others) {
        Map<String, Object> more = new LinkedHashMap<>(fields);
        more.putAll(others.fields);
        return new Row(more);
    }
}

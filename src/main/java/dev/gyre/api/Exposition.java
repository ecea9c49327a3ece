package dev.gyre.api;

import dev.gyre.model.BackendId;
import java.util.ArrayList;
import java.util.List;

/** Builds a text in Prometheus' text exposition format 0.0.4. */
final class Exposition {

    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder text = new StringBuilder();
    private String name = "";

    /** Begins a family; the samples that follow are its. A name that ends with {@code _total} counts. */
    Exposition family(String family, String help) {
        name = family;
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(name.endsWith("_total") ? " counter\n" : " gauge\n");
        return this;
    }

    /** @param labels names and values in turn */
    Exposition sample(double value, String... labels) {
        text.append(name);
        for (int i = 0; i < labels.length; i += 2) {
            text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"").append(escaped(labels[i + 1]))
                    .append('"');
        }
        text.append(labels.length == 0 ? " " : "} ").append(number(value)).append('\n');
        return this;
    }

    /** Of a backend; an address only where it is one of several that the URL's name stands for. */
    Exposition sample(double value, BackendId backend, String... more) {
        List<String> labels = new ArrayList<>(List.of("service", backend.service(), "backend",
                backend.url().toString()));
        backend.address().ifPresent(address -> labels.addAll(List.of("address", address)));
        labels.addAll(List.of(more));
        return sample(value, labels.toArray(String[]::new));
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value) : Double.toString(value);
    }

    private static String escaped(String label) {
        return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    String text() {
        return text.toString();
    }
}

package dev.gyre.api;

import dev.gyre.model.BackendId;
import io.vertx.ext.web.MIMEHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Builds the text of a scrape. Prometheus' Java client is not used: it writes 1 as 1.0, sorts the labels and
 * omits families without samples, and so would change the output that scripts and people read today.
 */
final class Exposition {

    private static final String COUNTS = "_total";

    /** The format that a scraper's Accept field asks for. */
    enum Format {

        /** Prometheus' text exposition format 0.0.4, the default. */
        PROMETHEUS("text", "plain", "version=0.0.4"),
        /** OpenMetrics 1.0.0. */
        OPEN_METRICS("application", "openmetrics-text", "version=1.0.0");

        private final String type;
        private final String subtype;
        private final String version;

        Format(String type, String subtype, String version) {
            this.type = type;
            this.subtype = subtype;
            this.version = version;
        }

        String contentType() {
            return type + "/" + subtype + "; " + version + "; charset=utf-8";
        }

        /**
         * The first known one.
         *
         * @param accepted what the Accept field lists, the most wanted first
         */
        static Format of(List<MIMEHeader> accepted) {
            return accepted.stream().filter(one -> one.weight() > 0)
                    .flatMap(one -> Stream.of(values()).filter(format -> format.matches(one))).findFirst()
                    .orElse(PROMETHEUS);
        }

        private boolean matches(MIMEHeader accepted) {
            return (accepted.component().equals("*") || accepted.component().equalsIgnoreCase(type))
                    && (accepted.subComponent().equals("*")
                    || accepted.subComponent().equalsIgnoreCase(subtype));
        }
    }

    private final Format format;
    private final StringBuilder text = new StringBuilder();
    private String name = "";

    Exposition(Format format) {
        this.format = format;
    }

    /**
     * Begins a family; the following samples belong to it. A name that ends with {@code _total} is a counter.
     */
    Exposition family(String family, String help) {
        name = family;
        boolean counts = family.endsWith(COUNTS);
        // OpenMetrics: the family of a counter has no suffix, its samples have one.
        String described = counts && format == Format.OPEN_METRICS
                ? family.substring(0, family.length() - COUNTS.length()) : family;
        text.append("# HELP ").append(described).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(described).append(counts ? " counter\n" : " gauge\n");
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

    /** Labels of a backend; the address only if the URL has a name. */
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
        return format == Format.OPEN_METRICS ? text + "# EOF\n" : text.toString();
    }
}

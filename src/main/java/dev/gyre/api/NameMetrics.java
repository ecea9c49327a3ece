package dev.gyre.api;

import dev.gyre.model.NameStatus;
import dev.gyre.model.NameStatus.Counts;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** The metrics of backends' names. */
final class NameMetrics {

    private NameMetrics() {
    }

    static void write(SortedMap<String, NameStatus> names, Exposition to) {
        write("addresses", "Addresses the name stands for, the last good ones while it fails.", names,
                NameStatus::addresses, to);
        write("failing", "1 while lookups bring no new answer, else 0.", names,
                status -> status.failing().isPresent() ? 1 : 0, to);
        count("lookups_total", "Lookups ended.", names, Counts::lookups, to);
        to.family("gyre_dns_lookup_failures_total", "Lookups without an answer or a part of it, by reason.");
        names.forEach((name, status) -> new TreeMap<>(status.counts().failures()).forEach((reason, count) ->
                to.sample(count, "name", name, "reason", reason)));
        count("addresses_added_total", "Addresses that have appeared.", names, Counts::added, to);
        count("addresses_gone_total", "Addresses that have vanished.", names, Counts::gone, to);
        count("flips_total", "Changes between resolved and failing.", names, Counts::flips, to);
    }

    private static void count(String family, String help, SortedMap<String, NameStatus> names,
            ToDoubleFunction<Counts> value, Exposition to) {
        write(family, help, names, status -> value.applyAsDouble(status.counts()), to);
    }

    private static void write(String family, String help, SortedMap<String, NameStatus> names,
            ToDoubleFunction<NameStatus> value, Exposition to) {
        to.family("gyre_dns_" + family, help);
        names.forEach((name, status) -> to.sample(value.applyAsDouble(status), "name", name));
    }
}

package dev.gyre.dns;

import dev.gyre.dns.Reply.Answer;
import dev.gyre.dns.Reply.Found;
import dev.gyre.dns.Reply.None;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The state of a name after some lookups; immutable. Only a good answer replaces addresses: without one the
 * last good addresses stay, for IPv4 and IPv6 separately.
 *
 * @param good     the last good addresses by the type of record
 * @param ttl      of the latest answer; empty: the latest lookup gave none
 * @param failing  why there is no new answer, in words; empty: there is one
 * @param since    when it began to fail, or recovered
 * @param failures lookups in a row of which a part failed
 * @param begun    there was a lookup
 */
record Resolution(Map<RecordType, List<ResolvedAddress>> good, Optional<Duration> ttl,
        Optional<String> failing,
        Instant since, int failures, boolean begun) {

    Resolution {
        good = Map.copyOf(good);
    }

    static Resolution nothing(Instant now) {
        return new Resolution(Map.of(), Optional.empty(), Optional.empty(), now, 0, false);
    }

    /** IPv4 first, each sorted by its text, so that the order of a server's answer does not matter. */
    List<ResolvedAddress> addresses() {
        return Stream.of(RecordType.values())
                .flatMap(type -> good.getOrDefault(type, List.of()).stream()).toList();
    }

    List<String> texts() {
        return addresses().stream().map(ResolvedAddress::text).toList();
    }

    /** Why it has no address, in words; empty: it has some. */
    Optional<String> unresolvedReason() {
        return addresses().isEmpty() ? Optional.of(failing.orElse("not resolved yet")) : Optional.empty();
    }

    /** @param answers one for each type of record that was asked for */
    Resolution after(Map<RecordType, Answer> answers, Instant now) {
        Optional<Duration> newTtl = answers.values().stream().filter(Found.class::isInstance)
                .map(answer -> ((Found) answer).ttl()).min(Duration::compareTo);
        boolean uncertain = answers.values().stream().anyMatch(Resolution::uncertain);
        Optional<String> failure = newTtl.isEmpty() || keepsOld(answers)
                ? Optional.of(words(answers)) : Optional.empty();
        boolean flipped = failure.isPresent() != failing.isPresent();
        return new Resolution(newTtl.isEmpty() ? good : replaced(answers, now), newTtl, failure,
                flipped ? now : since, newTtl.isEmpty() || uncertain ? failures + 1 : 0, true);
    }

    private static boolean uncertain(Answer answer) {
        return answer instanceof None none && !none.failure().certain();
    }

    /** Some of the addresses may be outdated. */
    private boolean keepsOld(Map<RecordType, Answer> answers) {
        return answers.entrySet().stream().anyMatch(answer ->
                uncertain(answer.getValue()) && !good.getOrDefault(answer.getKey(), List.of()).isEmpty());
    }

    private Map<RecordType, List<ResolvedAddress>> replaced(Map<RecordType, Answer> answers, Instant now) {
        // Addresses of the first answer are as old as the entry: after a restart of the node they are not
        // new.
        Optional<Instant> appeared = addresses().isEmpty() ? Optional.empty() : Optional.of(now);
        Map<String, ResolvedAddress> before = addresses().stream()
                .collect(Collectors.toMap(ResolvedAddress::text, address -> address));
        Map<RecordType, List<ResolvedAddress>> next = new EnumMap<>(RecordType.class);
        answers.forEach((type, answer) -> {
            if (answer instanceof Found found) {
                next.put(type, found.addresses().stream()
                        .map(text -> before.getOrDefault(text, new ResolvedAddress(text, appeared)))
                                .toList());
            } else if (uncertain(answer)) {
                next.put(type, good.getOrDefault(type, List.of()));
            }
        });
        return next;
    }

    private static String words(Map<RecordType, Answer> answers) {
        return answers.values().stream().filter(None.class::isInstance).map(answer -> ((None) answer).words())
                .sorted().distinct().collect(Collectors.joining(", "));
    }
}

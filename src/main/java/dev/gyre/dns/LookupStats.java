package dev.gyre.dns;

import dev.gyre.dns.Reply.Answer;
import dev.gyre.dns.Reply.None;
import dev.gyre.model.DurationText;
import dev.gyre.model.NameStatus.Counts;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the lookups of one name, and logs changes. */
final class LookupStats {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.dns");

    private final String name;
    private final Map<String, Long> failures = new TreeMap<>();
    private long lookups;
    private long added;
    private long gone;
    private long flips;

    LookupStats(String name) {
        this.name = name;
    }

    Counts counts() {
        return new Counts(lookups, failures, added, gone, flips);
    }

    void lookedUp(Resolution before, Resolution after, Map<RecordType, Answer> answers) {
        lookups++;
        if (after.failures() > 0) {
            reasons(answers.values()).forEach(reason -> failures.merge(reason, 1L, Long::sum));
        }
        moved(before, after);
        if (before.failing().isPresent() != after.failing().isPresent()) {
            flips++;
            flipped(before, after);
        }
    }

    private static Set<String> reasons(Collection<Answer> answers) {
        Set<String> reasons = new HashSet<>();
        answers.forEach(answer -> {
            if (answer instanceof None none) {
                reasons.add(none.failure().word());
            }
        });
        return reasons;
    }

    private void moved(Resolution before, Resolution after) {
        Set<String> come = new HashSet<>(after.texts());
        before.texts().forEach(come::remove);
        Set<String> left = new HashSet<>(before.texts());
        after.texts().forEach(left::remove);
        added += come.size();
        gone += left.size();
        if (!come.isEmpty() || !left.isEmpty()) {
            LOG.info("addresses changed name={} addresses={} added=[{}] removed=[{}]", name,
                    after.texts().size(), listed(come), listed(left));
        }
    }

    private static String listed(Set<String> addresses) {
        return String.join(", ", addresses.stream().sorted().toList());
    }

    private void flipped(Resolution before, Resolution after) {
        if (after.failing().isPresent()) {
            LOG.warn("lookup failed name={} addresses_kept={} reason=\"{}\"", name, after.texts().size(),
                    after.failing().get());
        } else {
            LOG.info("lookup recovered name={} after={}", name,
                    DurationText.text(Duration.between(before.since(), after.since())));
        }
    }
}

package dev.gyre.listener;

import dev.gyre.gate.Claim;
import dev.gyre.gate.ProxyHeaderError;
import dev.gyre.gate.Rule;
import dev.gyre.log.RateLimitedLog;
import dev.gyre.model.GateStats;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the messages that were refused because they broke a {@link Rule}, those of clients and those of
 * backends, the fields of requests that were left out, and the connections without the PROXY header or the
 * TLS handshake that they must begin with; logs each rule, claim and error once a minute at most.
 * Thread-safe.
 */
public final class RefusalCounters {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.gate");
    private static final Duration EVERY = Duration.ofMinutes(1);
    /** Of a field, in the log. */
    private static final int LONGEST_NAME = 64;

    private final LongSupplier nanos;
    private final Map<Rule, RateLimitedLog> requests = new EnumMap<>(Rule.class);
    private final Map<Rule, RateLimitedLog> answers = new EnumMap<>(Rule.class);
    private final Map<Claim, RateLimitedLog> dropped = new EnumMap<>(Claim.class);
    private final Map<ProxyHeaderError, RateLimitedLog> proxyHeaders = new EnumMap<>(ProxyHeaderError.class);
    private final Map<HandshakeError, RateLimitedLog> handshakes = new EnumMap<>(HandshakeError.class);

    RefusalCounters(LongSupplier nanos) {
        this.nanos = nanos;
        for (Rule rule : Rule.values()) {
            requests.put(rule, new RateLimitedLog(EVERY, nanos.getAsLong()));
            answers.put(rule, new RateLimitedLog(EVERY, nanos.getAsLong()));
        }
        for (Claim claim : Claim.values()) {
            dropped.put(claim, new RateLimitedLog(EVERY, nanos.getAsLong()));
        }
        for (ProxyHeaderError error : ProxyHeaderError.values()) {
            proxyHeaders.put(error, new RateLimitedLog(EVERY, nanos.getAsLong()));
        }
        for (HandshakeError error : HandshakeError.values()) {
            handshakes.put(error, new RateLimitedLog(EVERY, nanos.getAsLong()));
        }
    }

    /** @param address of the client, as an example */
    public void request(Rule rule, String address) {
        requests.get(rule).happened(nanos.getAsLong()).ifPresent(more ->
                LOG.warn("request refused rule={} address={}: {}{}", rule.word(), address, rule.reason(),
                        more));
    }

    /** @param backend its name, as an example */
    public void answer(Rule rule, String backend) {
        answers.get(rule).happened(nanos.getAsLong()).ifPresent(more ->
                LOG.warn("answer refused rule={} backend={}: {}{}", rule.word(), backend, rule.reason(),
                        more));
    }

    /**
     * A field was left out.
     *
     * @param name    of it
     * @param address of the client; both as an example
     */
    void dropped(Claim claim, CharSequence name, String address) {
        dropped.get(claim).happened(nanos.getAsLong()).ifPresent(more ->
                LOG.warn("field dropped name={} reason={} address={}: {}{}",
                        name.subSequence(0, Math.min(name.length(), LONGEST_NAME)), claim.word(), address,
                        claim.reason(), more));
    }

    /** @param address of the peer, as an example */
    void proxyHeader(ProxyHeaderError error, String address) {
        proxyHeaders.get(error).happened(nanos.getAsLong()).ifPresent(more ->
                LOG.warn("proxy header refused reason={} address={}: {}{}", error.word(), address,
                        error.explanation(), more));
    }

    /** @param address of the client, as an example */
    void handshake(HandshakeError error, String address) {
        handshakes.get(error).happened(nanos.getAsLong()).ifPresent(more ->
                LOG.warn("handshake failed reason={} address={}: {}{}", error.word(), address,
                        error.explanation(), more));
    }

    public GateStats stats() {
        return new GateStats(totals(requests, Rule::word), totals(answers, Rule::word),
                totals(dropped, Claim::word), totals(proxyHeaders, ProxyHeaderError::word),
                totals(handshakes, HandshakeError::word));
    }

    private static <K> Map<String, Long> totals(Map<K, RateLimitedLog> lines, Function<K, String> word) {
        Map<String, Long> totals = new TreeMap<>();
        lines.forEach((kind, line) -> totals.put(word.apply(kind), line.total()));
        return totals;
    }
}

/**
 * When is a backend sick, and what else keeps requests from it? Everything is listed here, in the order in
 * which it is asked. {@code upstream.ServiceView.of} asks the first part, when the topology or a verdict
 * changes; {@code upstream.TierSelector} asks the second part, for each request.
 *
 * <pre>
 *  what            when it begins and ends (setting, default)         effect
 *  --------------  -------------------------------------------------  -----------------------------------
 *  after each change: upstream.ServiceView.of
 *  1 drain         a person drains the backend, until it is resumed   no new requests, except those of
 *                  or the drain's ttl ends; an announced backend is   its sticky clients
 *                  not renewed
 *  2 probe         health.fall (3) failed probes in a row, until      no requests
 *                  health.rise (2) passed ones; if two nodes probe,
 *                  both must say so. Off unless a probe is set.
 *                  Decided by probing.Thresholds, then VoteSet
 *  3 ejection      traffic of this node: ejection.failures (5) in a   no requests
 *                  row; failure rate above the service's median by
 *                  ejection.rate (0.5); median latency above
 *                  ejection.latency (off) times the service's; no
 *                  answer for 1 s and 10 median times while others
 *                  answer. Lasts ejection.baseEjection (10s), each
 *                  repeat twice as long. No more than the share
 *                  ejection.max (0.3) of the backends at a time.
 *                  Decided by outlier.OutlierDetector, then Ejector
 *                  Verdicts joins 2 and 3: a backend is sick by
 *                  one of them.
 *  4 panic rule    balancing.PanicRule: no healthy backend is left,   2 and 3 are ignored for the service
 *                  or a smaller share than health.panic (0.0)
 *  5 slow start    balancing.SlowStartRamp: for slowStart (off) after a part of the weight, growing with
 *                  the backend is added or recovers                   time
 *
 *  for each request: exchange.Exchange, then upstream.TierSelector
 *  6 hold          a person holds the service, until it is released   the request waits before any
 *                  or the hold ends: upstream.hold.HoldLine;          backend is chosen
 *                  no backend at all is left, if hold.whenEmpty is
 *                  set, for that long
 *  7 tried         this request has failed there already              passed over while another is left
 *  8 full pool     all connections are busy                           passed over while another has room
 *  9 Retry-After   an answer 429 or 503 said so: upstream.RetryAfter  passed over while another has room
 *                  and balancing.FailurePenalty, for 30 s at most
 * 10 penalty       balancing.FailurePenalty: each failure counts as   fewer requests
 *                  a request in flight for about a second
 *                  9 and 10 apply to strategies that look at load
 * </pre>
 *
 * <p>A sticky client goes to its own backend, whatever 1, 5, 9 and 10 say; of 8 only a full queue keeps it
 * away. Backends of another zone are a reserve: each demand of 7 to 9 is first made of this node's zone, then
 * of them, before it is lowered ({@code upstream.ServiceRuntime.pick}). A name without an address stands
 * for no backend at all: see package {@code dns}.
 */
package dev.gyre.health;

/**
 * Is a backend healthy? Everything that keeps requests from a backend stands here, in the order in which it
 * is asked. The first part changes rarely and is built into the view; the second is asked for each request.
 *
 * <pre>
 *  what            who decides                        effect
 *  --------------  ---------------------------------  -------------------------------------------------
 *  the view of a service: upstream.ServiceView.of, after each change of topology or verdict
 *  1 drain         a person; model.Backend.draining   no new requests, but those of sticky clients
 *  2 probe         probing.HealthChecks: thresholds,  not offered until the probers' votes say up
 *                  votes of two nodes (VoteSet)
 *  3 ejection      outlier.Ejector: failures in a     not offered until the ejection ends (EjectionBackoff)
 *                  row, error rate, latency, silence
 *    2 and 3 meet in Verdicts; of both, the probe gives the reason.
 *  4 panic rule    balancing.PanicRule                too few healthy: 2 and 3 are ignored for the service
 *  5 slow start    balancing.SlowStartRamp            a part of the weight, growing with time since the
 *                                                     backend was added or became healthy
 *
 *  each request: exchange.Exchange.select, then upstream.ServiceRuntime.pick
 *  6 hold          a person; upstream.hold.HoldLine   the request waits before any backend is chosen
 *  7 Retry-After   balancing.FailurePenalty.pausing, passed over, for 30 s at most, while another backend
 *                  fed by upstream.RetryAfter         has room; only strategies that look at load
 *  8 penalty       balancing.FailurePenalty.failures  each failure counts as a request in flight for about
 *                                                     a second; only strategies that look at load
 * </pre>
 *
 * <p>A backend with a full pool and a full queue, or one that already failed the same request, is passed over
 * like one in step 7. A sticky client goes to its own backend, whatever steps 1, 5, 7 and 8 say. A name
 * without an address has no backend at all: see package {@code dns}.
 */
package dev.gyre.health;

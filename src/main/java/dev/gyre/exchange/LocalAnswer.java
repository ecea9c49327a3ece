package dev.gyre.exchange;

import dev.gyre.files.GuardedFile;
import dev.gyre.gate.Refused;
import dev.gyre.gate.Rule;
import dev.gyre.listener.ClientStream;
import dev.gyre.listener.PortRules;
import dev.gyre.loop.DeadlineWheel.Deadline;
import dev.gyre.model.ExchangePhase;
import dev.gyre.model.Failure;
import dev.gyre.model.Failure.Side;
import dev.gyre.model.FinishedExchange;
import dev.gyre.model.FinishedExchange.Bytes;
import dev.gyre.model.FinishedExchange.End;
import dev.gyre.model.FinishedExchange.Times;
import dev.gyre.model.NodeAnswer;
import dev.gyre.vertx.ReadMemory;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A request that the node answers itself, by the rules of its listener and before any route: it is sent to
 * https, or asks for the answer to an ACME challenge. What the gate refuses goes the way of all requests.
 * Used on one event loop.
 */
final class LocalAnswer extends Deadline implements ClientStream.Server {

    private static final String CHALLENGES = "/.well-known/acme-challenge/";
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{1,255}");
    /** Bytes of an answer to a challenge; those that clients write have less than 200. */
    private static final int LONGEST_CHALLENGE = 16 * 1024;
    private static final int HTTPS_PORT = 443;
    private static final CharSequence OCTETS = HttpHeaders.createOptimized("application/octet-stream");
    /** How long the rest of a request is read after its answer, so that the client gets to reading that. */
    private static final Duration LINGER = Duration.ofSeconds(5);

    private final LoopContext context;
    private final ClientStream client;
    private final RequestHead head;
    private final NodeAnswer kind;
    private final long startedNanos;
    private long answeredNanos;
    private Optional<Failure> failure = Optional.empty();
    private long received;
    private boolean answered;
    private boolean over;

    private LocalAnswer(LoopContext context, ClientStream client, RequestHead head, NodeAnswer kind) {
        this.context = context;
        this.client = client;
        this.head = head;
        this.kind = kind;
        this.startedNanos = context.loop().nanos();
    }

    /** Answers a request if it is one of these; otherwise it is for an exchange. */
    static boolean takes(LoopContext context, ClientStream client) {
        RequestHead head;
        try {
            head = RequestHead.of(client, context.ambiguousPaths());
        } catch (Refused e) {
            return false;
        }
        PortRules rules = client.rules();
        if (rules.acme().isPresent() && asksForChallenge(client.method(), head.path())) {
            new LocalAnswer(context, client, head, NodeAnswer.ACME_CHALLENGE)
                    .serve(rules.acme().get(), token(head.path()));
            return true;
        }
        if (rules.redirect().isPresent() && !head.asksNode()) {
            new LocalAnswer(context, client, head, NodeAnswer.REDIRECT)
                    .redirect(rules.redirect().getAsInt());
            return true;
        }
        return false;
    }

    private static boolean asksForChallenge(HttpMethod method, String path) {
        return path.startsWith(CHALLENGES) && (method == HttpMethod.GET || method == HttpMethod.HEAD);
    }

    private static String token(String path) {
        int query = path.indexOf('?');
        return path.substring(CHALLENGES.length(), query < 0 ? path.length() : query);
    }

    private void redirect(int port) {
        begin();
        if (head.host().isEmpty()) {
            refuse(Rule.HOST_MISSING);
            return;
        }
        client.answerHeaders().set(HttpHeaders.LOCATION, "https://" + withoutPort(head.host())
                + (port == HTTPS_PORT ? "" : ":" + port) + head.target());
        // Unlike 301 and 302 it keeps the method (RFC 9110, section 15.4.9).
        answer(308, Buffer.buffer());
    }

    private static String withoutPort(String host) {
        int colon = host.indexOf(':', host.indexOf(']') + 1);
        return colon < 0 ? host : host.substring(0, colon);
    }

    private void serve(Path directory, String token) {
        begin();
        if (!TOKEN.matcher(token).matches()) {
            answer(404, Buffer.buffer());
            return;
        }
        context.loop().onWorker(() -> GuardedFile.inside(directory, token, LONGEST_CHALLENGE))
                .onComplete(found -> {
                    if (!over && found.succeeded()) {
                        client.answerHeaders().set(HttpHeaders.CONTENT_TYPE, OCTETS);
                    }
                    answer(found.succeeded() ? 200 : 404,
                            found.succeeded() ? Buffer.buffer(found.result()) : Buffer.buffer());
                });
    }

    private void begin() {
        client.servedBy(this);
        if (head.hasBody()) {
            // A body that breaks off or breaks a rule ends nothing but itself: nothing follows it.
            client.pause(broken -> { });
        }
    }

    private void answer(int status, Buffer body) {
        if (over) {
            return;
        }
        ending();
        client.status(status);
        client.answerHeaders().set(HttpHeaders.DATE, context.loop().date())
                .set(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        client.announceLast();
        client.end(body);
        answered();
    }

    private void refuse(Rule rule) {
        context.refusals().request(rule, client.peer().address());
        failure = Optional.of(rule.failure());
        client.last();
        client.problem(rule.failure(), 1);
        answered();
    }

    /** Where the rest of the request is not awaited, nothing may follow it. */
    private void ending() {
        if (context.stopping() || client.spent() || head.hasBody()) {
            client.last();
        }
    }

    private void answered() {
        answered = true;
        answeredNanos = context.loop().nanos();
        if (!head.hasBody()) {
            end(Optional.empty());
            client.closeIfLast();
            return;
        }
        client.linger();
        client.read(this::drop, whole -> {
            end(Optional.empty());
            client.closeIfLast();
        });
        client.resume();
        if (!over) {
            context.loop().schedule(this, LINGER);
        }
    }

    private void drop(Buffer piece) {
        received += piece.length();
        client.passedOn(piece);
        ReadMemory.drop(piece);
    }

    @Override
    protected void expired() {
        end(Optional.of(Side.CLIENT));
        client.close();
    }

    @Override
    public void clientGone() {
        if (!answered) {
            failure = Optional.of(client.lost());
        }
        end(Optional.of(Side.CLIENT));
    }

    /** @param by who kept the rest of the request from coming */
    private void end(Optional<Side> by) {
        if (over) {
            return;
        }
        over = true;
        context.loop().cancel(this);
        ExchangePhase phase = by.isEmpty() || !answered ? ExchangePhase.HEAD : ExchangePhase.LINGERING;
        context.finished(new FinishedExchange(client.peer(), client.port(),
                Optional.of(RequestHead.asked(client, head)), Optional.empty(), List.of(), times(),
                new Bytes(received, 0, 0, client.bytesSent()),
                failure.isPresent() ? End.failed(client.statusSent(), failure.get(), ExchangePhase.HEAD)
                        : End.answered(client.statusSent(), by, phase)).by(kind));
        client.finished();
    }

    private Times times() {
        long now = context.loop().nanos();
        long until = answered ? answeredNanos : now;
        return new Times(context.loop().millisAt(client.begunNanos()), startedNanos - client.begunNanos(),
                0, 0, 0, until - startedNanos, now - until);
    }
}

package dev.gyre.dns;

import dev.gyre.config.Durations;
import dev.gyre.config.ResolverSettings.Server;
import dev.gyre.dns.Reply.Alias;
import dev.gyre.dns.Reply.Answer;
import dev.gyre.dns.Reply.Found;
import dev.gyre.dns.Reply.None;
import io.netty.channel.AddressedEnvelope;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsNameResolverTimeoutException;
import io.netty.util.NetUtil;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Asks name servers: over UDP, and over TCP if an answer does not fit. */
final class NameServers {

    /** Fits into one packet on any path (DNS flag day 2020). */
    private static final int PAYLOAD_BYTES = 1232;
    /** Most messages to follow a name through its aliases. */
    private static final int STAGES = 8;

    private final EventLoop loop;
    private final DnsNameResolver resolver;
    private final Duration timeout;

    /** @param timeout for one question to one server; doubled if it continues over TCP */
    NameServers(EventLoop loop, Duration timeout) {
        this.loop = loop;
        this.timeout = timeout;
        this.resolver = new DnsNameResolverBuilder(loop)
                .datagramChannelFactory(NioDatagramChannel::new)
                .socketChannelFactory(NioSocketChannel::new)
                // Each question from a port of its own: a forger of an answer has to guess it (RFC 5452).
                .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
                .queryTimeoutMillis(timeout.toMillis())
                .maxPayloadSize(PAYLOAD_BYTES)
                .build();
    }

    /**
     * Never fails. If a server gives no usable answer, the next one is asked.
     *
     * @param name a complete one, ending with a dot
     */
    Future<Answer> ask(List<Server> servers, String name, RecordType type) {
        return inTurn(servers, name, type).compose(reply -> follow(servers, reply, type, STAGES));
    }

    private Future<Answer> follow(List<Server> servers, Reply reply, RecordType type, int stages) {
        if (reply instanceof Answer answer) {
            return Future.succeededFuture(answer);
        }
        Alias alias = (Alias) reply;
        if (stages == 0) {
            return Future.succeededFuture(new None(LookupFailure.OTHER, "an endless chain of aliases"));
        }
        return inTurn(servers, alias.target(), type)
                .compose(next -> follow(servers, next, type, stages - 1))
                .map(answer -> answer instanceof Found found ? found.within(alias.ttl()) : answer);
    }

    private Future<Reply> inTurn(List<Server> servers, String name, RecordType type) {
        return question(servers.get(0), name, type).compose(reply -> {
            boolean unheard = reply instanceof None none && !none.failure().certain();
            return unheard && servers.size() > 1 ? inTurn(servers.subList(1, servers.size()), name, type)
                    : Future.succeededFuture(reply);
        });
    }

    private Future<Reply> question(Server server, String name, RecordType type) {
        String from = NetUtil.toSocketAddressString(server.address(), server.port());
        Promise<Reply> reply = Promise.promise();
        long millis = 2 * timeout.toMillis();
        loop.schedule(() -> reply.tryComplete(silence(from)), millis, TimeUnit.MILLISECONDS);
        resolver.query(new InetSocketAddress(NetUtil.createInetAddressFromIpAddressString(server.address()),
                        server.port()), new DefaultDnsQuestion(name, type.code()))
                .addListener(done -> reply.tryComplete(done.isSuccess()
                        ? read((AddressedEnvelope<?, ?>) done.getNow(), name, type, from)
                        : failed(done.cause(), from)));
        return reply.future();
    }

    private static Reply read(AddressedEnvelope<?, ?> envelope, String name, RecordType type, String from) {
        try {
            return ResponseParser.read((DnsResponse) envelope.content(), name, type, from);
        } finally {
            envelope.release();
        }
    }

    private None failed(Throwable cause, String from) {
        return cause instanceof DnsNameResolverTimeoutException ? silence(from)
                : new None(LookupFailure.OTHER, "no answer from " + from + ": " + cause.getMessage());
    }

    private None silence(String from) {
        return new None(LookupFailure.TIMEOUT,
                "no answer from " + from + " within " + Durations.text(timeout));
    }

    void close() {
        resolver.close();
    }
}

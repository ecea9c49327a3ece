package dev.gyre.kit;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * A name server on a free port of loopback, over UDP and TCP, that answers what it is told. Names end with a
 * dot; of names nobody told it about it says that they do not exist.
 */
public final class DnsServer implements AutoCloseable {

    /** One record, as it stands in the answer. */
    public record Answer(String owner, DnsRecordType type, long ttl, byte[] data) {

        static Answer address(String owner, long ttl, String address) {
            byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
            return new Answer(owner, bytes.length == 4 ? DnsRecordType.A : DnsRecordType.AAAA, ttl, bytes);
        }

        static Answer alias(String owner, long ttl, String target) {
            ByteBuf name = Unpooled.buffer();
            for (String label : target.split("\\.")) {
                name.writeByte(label.length()).writeCharSequence(label, StandardCharsets.US_ASCII);
            }
            byte[] bytes = new byte[name.writeByte(0).readableBytes()];
            name.readBytes(bytes);
            return new Answer(owner, DnsRecordType.CNAME, ttl, bytes);
        }
    }

    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Map<String, List<Answer>> zone = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<Channel> ports = new ArrayList<>();
    private volatile Optional<DnsResponseCode> code = Optional.empty();
    private volatile Optional<DnsRecordType> codeFor = Optional.empty();
    private volatile boolean silent;
    private volatile boolean truncating;

    private DnsServer() {
        Channel tcp = new ServerBootstrap().group(group).channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new TcpDnsQueryDecoder(), new TcpDnsResponseEncoder(),
                                new OverTcp());
                    }
                }).bind("127.0.0.1", 0).syncUninterruptibly().channel();
        ports.add(tcp);
        ports.add(new Bootstrap().group(group).channel(NioDatagramChannel.class)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new DatagramDnsQueryDecoder(),
                                new DatagramDnsResponseEncoder(), new OverUdp());
                    }
                }).bind(tcp.localAddress()).syncUninterruptibly().channel());
    }

    public static DnsServer start() {
        return new DnsServer();
    }

    /** {@code address:port}, as in a config. */
    public String address() {
        return "127.0.0.1:" + ((InetSocketAddress) ports.get(1).localAddress()).getPort();
    }

    /** The name stands for these addresses, in this order; none: it exists, but has no address. */
    public DnsServer says(String name, long ttl, String... addresses) {
        zone.put(name, Arrays.stream(addresses).map(text -> Answer.address(name, ttl, text)).toList());
        works();
        return this;
    }

    /** The name is an alias; what the server knows of its target comes along with it. */
    public DnsServer alias(String name, long ttl, String target) {
        zone.put(name, List.of(Answer.alias(name, ttl, target)));
        return this;
    }

    /** The name does not exist. */
    public void forgets(String name) {
        zone.remove(name);
    }

    /** Nothing but this code, e.g. SERVFAIL. */
    public void failsWith(DnsResponseCode failure) {
        code = Optional.of(failure);
    }

    /** The same for questions of one type; the others are answered. */
    public void failsWith(DnsResponseCode failure, DnsRecordType type) {
        codeFor = Optional.of(type);
        code = Optional.of(failure);
    }

    /** No answer at all. */
    public void isSilent() {
        silent = true;
    }

    /** Over UDP it says no more than the first address, and that there is more to it. */
    public void truncates() {
        truncating = true;
    }

    /** Over TCP it cannot be reached. */
    public void refusesTcp() {
        ports.get(0).close().syncUninterruptibly();
    }

    /** The end of all failures. */
    public void works() {
        code = Optional.empty();
        codeFor = Optional.empty();
        silent = false;
    }

    /** All questions so far, e.g. {@code A app.test.}, over TCP with {@code tcp} in front. */
    public List<String> asked() {
        return asked;
    }

    public long asked(String question) {
        return asked.stream().filter(question::equals).count();
    }

    private final class OverUdp extends SimpleChannelInboundHandler<DatagramDnsQuery> {

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramDnsQuery query) {
            DnsQuestion question = query.recordAt(DnsSection.QUESTION);
            asked.add(question.type().name() + " " + question.name());
            if (!silent) {
                DatagramDnsResponse response =
                        new DatagramDnsResponse(query.recipient(), query.sender(), query.id());
                filled(response, question);
                if (truncating) {
                    while (response.count(DnsSection.ANSWER) > 1) {
                        ReferenceCountUtil.release(response.removeRecord(DnsSection.ANSWER, 1));
                    }
                    response.setTruncated(true);
                }
                context.writeAndFlush(response);
            }
        }
    }

    private final class OverTcp extends SimpleChannelInboundHandler<DnsQuery> {

        @Override
        protected void channelRead0(ChannelHandlerContext context, DnsQuery query) {
            DnsQuestion question = query.recordAt(DnsSection.QUESTION);
            asked.add("tcp " + question.type().name() + " " + question.name());
            if (!silent) {
                context.writeAndFlush(filled(new DefaultDnsResponse(query.id()), question));
            }
        }
    }

    private static DnsQuestion copy(DnsQuestion question) {
        return new DefaultDnsQuestion(question.name(), question.type());
    }

    private DnsResponse filled(DnsResponse response, DnsQuestion question) {
        response.addRecord(DnsSection.QUESTION, copy(question));
        if (code.isPresent() && codeFor.map(question.type()::equals).orElse(true)) {
            return response.setCode(code.get());
        }
        if (!zone.containsKey(question.name())) {
            return response.setCode(DnsResponseCode.NXDOMAIN);
        }
        add(response, question.name(), question.type());
        return response;
    }

    private void add(DnsResponse response, String owner, DnsRecordType type) {
        for (Answer answer : zone.getOrDefault(owner, List.of())) {
            boolean alias = answer.type().equals(DnsRecordType.CNAME);
            if (alias || answer.type().equals(type)) {
                response.addRecord(DnsSection.ANSWER, new DefaultDnsRawRecord(answer.owner(), answer.type(),
                        answer.ttl(), Unpooled.wrappedBuffer(answer.data())));
            }
            // One that points to itself is as far as a chain goes here.
            if (alias && !target(answer).equals(owner)) {
                add(response, target(answer), type);
            }
        }
    }

    private static String target(Answer alias) {
        StringBuilder name = new StringBuilder();
        for (int at = 0; alias.data()[at] != 0; at += alias.data()[at] + 1) {
            name.append(new String(alias.data(), at + 1, alias.data()[at], StandardCharsets.US_ASCII))
                    .append('.');
        }
        return name.toString();
    }

    @Override
    public void close() {
        ports.forEach(port -> port.close().syncUninterruptibly());
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
    }
}

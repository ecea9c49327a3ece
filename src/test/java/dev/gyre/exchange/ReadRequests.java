package dev.gyre.exchange;

import dev.gyre.gate.KnownNames;
import dev.gyre.gate.Refused;
import dev.gyre.gate.RequestDecoder;
import dev.gyre.model.Peer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.MultiMap;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A client's bytes through the gate, without sockets: what comes of them, and what a backend is sent. */
record ReadRequests(List<Request> requests, boolean refused) {

    private static final Peer PEER = new Peer("192.0.2.7", false);

    /** One that was read to its end. */
    record Request(String method, RequestHead head, MultiMap headers, String body) {

        /** As {@link dev.gyre.gate.StrictReading} has it. */
        String text() {
            return method + " " + head.target() + " HTTP/1.1|" + body;
        }

        /** As it goes to a backend. */
        byte[] toBackend() {
            MultiMap headers = HttpHeaders.headers();
            String host = head.host().isEmpty() ? "backend:80" : head.host();
            FuzzedFieldsTest.TO_BACKEND.write(PEER, this.headers, HttpVersion.HTTP_1_1, head, host, headers);
            DefaultHttpRequest outgoing = new DefaultHttpRequest(
                    io.netty.handler.codec.http.HttpVersion.HTTP_1_1, HttpMethod.valueOf(method),
                    head.target());
            headers.forEach((name, value) -> outgoing.headers().add(name, value));
            if (head.length() == RequestLength.CHUNKED) {
                outgoing.headers().set(HttpHeaders.TRANSFER_ENCODING, HttpHeaders.CHUNKED);
            }
            EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestEncoder());
            channel.writeOutbound(outgoing, new DefaultLastHttpContent(
                    Unpooled.copiedBuffer(body, StandardCharsets.ISO_8859_1)));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
                bytes.writeBytes(bytes(part));
            }
            channel.finishAndReleaseAll();
            return bytes.toByteArray();
        }
    }

    /** Reads what is written to the decoder's channel. */
    static ReadRequests of(Consumer<EmbeddedChannel> writer) {
        EmbeddedChannel channel = new EmbeddedChannel(new RequestDecoder(new Http1ServerConfig(), 100,
                new KnownNames(), (claim, name) -> false, System::nanoTime));
        try {
            writer.accept(channel);
            return read(channel);
        } finally {
            channel.finishAndReleaseAll();
        }
    }

    private static ReadRequests read(EmbeddedChannel channel) {
        List<Request> requests = new ArrayList<>();
        HttpRequest open = null;
        RequestHead head = null;
        StringBuilder body = new StringBuilder();
        for (HttpObject next = channel.readInbound(); next != null; next = channel.readInbound()) {
            if (next.decoderResult().isFailure()) {
                return new ReadRequests(requests, true);
            }
            if (next instanceof HttpRequest request) {
                open = request;
                try {
                    head = RequestHead.of(io.vertx.core.http.HttpMethod.valueOf(request.method().name()),
                            version(request), request.uri(), (MultiMap) request.headers(), false);
                } catch (Refused e) {
                    return new ReadRequests(requests, true);
                }
            }
            if (next instanceof HttpContent content) {
                body.append(new String(bytes(content.content()), StandardCharsets.ISO_8859_1));
            }
            if (next instanceof LastHttpContent) {
                requests.add(new Request(open.method().name(), head, (MultiMap) open.headers(),
                        body.toString()));
                body.setLength(0);
            }
        }
        return new ReadRequests(requests, false);
    }

    private static HttpVersion version(HttpRequest request) {
        return request.protocolVersion().minorVersion() == 0 ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1;
    }

    private static byte[] bytes(ByteBuf buffer) {
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        buffer.release();
        return bytes;
    }

    List<String> texts() {
        return requests.stream().map(Request::text).toList();
    }
}

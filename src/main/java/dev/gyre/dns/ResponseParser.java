package dev.gyre.dns;

import dev.gyre.dns.Reply.Alias;
import dev.gyre.dns.Reply.Found;
import dev.gyre.dns.Reply.None;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Reads a name server's message: the addresses of a name, and their time to live. */
final class ResponseParser {

    /** Most aliases in a row: more than a real name has; an endless loop ends here. */
    private static final int ALIASES = 16;
    /** RFC 2181, section 8: a time to live with the highest bit set counts as 0. */
    private static final long LONGEST_TTL = Integer.MAX_VALUE;

    private final List<DnsRecord> records;
    private long ttl = LONGEST_TTL;

    private ResponseParser(DnsResponse response) {
        records = IntStream.range(0, response.count(DnsSection.ANSWER))
                .mapToObj(i -> response.<DnsRecord>recordAt(DnsSection.ANSWER, i)).toList();
    }

    /** @param from the server, for the text of a failure */
    static Reply read(DnsResponse response, String name, RecordType type, String from) {
        if (response.isTruncated()) {
            // Some of the addresses must not count as all of them.
            return new None(LookupFailure.TRUNCATED, "a truncated answer from " + from);
        }
        if (!response.code().equals(DnsResponseCode.NOERROR)) {
            return new None(LookupFailure.of(response.code()), codeName(response.code()) + " from " + from);
        }
        return new ResponseParser(response).reply(name, type)
                .orElseGet(() -> new None(LookupFailure.EMPTY, "no " + type + " record from " + from));
    }

    private static String codeName(DnsResponseCode code) {
        return code.toString().replaceFirst("\\(.*", "").toUpperCase(Locale.ROOT);
    }

    private Optional<Reply> reply(String name, RecordType type) {
        String owner = normal(name);
        for (int i = 0; i < ALIASES; i++) {
            Optional<String> next = alias(owner);
            if (next.isEmpty()) {
                break;
            }
            owner = next.get();
        }
        TreeSet<String> addresses = new TreeSet<>();
        for (DnsRecord record : records) {
            if (record.type().equals(type.code()) && normal(record.name()).equals(owner)) {
                address(record, type).ifPresent(addresses::add);
            }
        }
        if (!addresses.isEmpty()) {
            return Optional.of(new Found(List.copyOf(addresses), Duration.ofSeconds(ttl)));
        }
        return owner.equals(normal(name)) ? Optional.empty()
                : Optional.of(new Alias(owner, Duration.ofSeconds(ttl)));
    }

    private Optional<String> alias(String owner) {
        for (DnsRecord record : records) {
            if (record.type().equals(DnsRecordType.CNAME) && normal(record.name()).equals(owner)
                    && record instanceof DnsRawRecord raw) {
                holds(record);
                return Optional.of(normal(DefaultDnsRecordDecoder.decodeName(raw.content().duplicate())));
            }
        }
        return Optional.empty();
    }

    /**
     * Empty for addresses that cannot be connected to, such as 0.0.0.0, which some servers send to block a
     * name.
     */
    private Optional<String> address(DnsRecord record, RecordType type) {
        if (!(record instanceof DnsRawRecord raw) || raw.content().readableBytes() != type.bytes()) {
            return Optional.empty();
        }
        byte[] bytes = new byte[type.bytes()];
        raw.content().getBytes(raw.content().readerIndex(), bytes);
        try {
            InetAddress address = InetAddress.getByAddress(bytes);
            if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
                return Optional.empty();
            }
            holds(record);
            return Optional.of(NetUtil.toAddressString(address));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    private void holds(DnsRecord record) {
        long own = record.timeToLive() > LONGEST_TTL ? 0 : record.timeToLive();
        ttl = Math.min(ttl, own);
    }

    private static String normal(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower : lower + ".";
    }
}

package dev.gyre.dns;

import io.netty.handler.codec.dns.DnsRecordType;

/** The records that hold addresses. */
enum RecordType {
    A(DnsRecordType.A, 4),
    AAAA(DnsRecordType.AAAA, 16);

    private final DnsRecordType code;
    private final int bytes;

    RecordType(DnsRecordType code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    DnsRecordType code() {
        return code;
    }

    /** Length of an address. */
    int bytes() {
        return bytes;
    }
}

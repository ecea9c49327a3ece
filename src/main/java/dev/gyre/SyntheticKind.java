package dev.gyre;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;

/** One kind of request of the warm-up, with the answer to it: whole messages, made once. */
enum SyntheticKind {

    SMALL(156, "GET", 0, 133, ""),
    LARGE(10, "GET", 0, 10_240, ""),
    UPLOAD(10, "PUT", 10_240, 133, ""),
    PIPELINED(10, "GET", 0, 133, ""),
    CHUNKED(8, "PUT", 10_240, 10_240, "Transfer-Encoding: chunked\r\n"),
    CLOSING(2, "GET", 0, 133, "Connection: close\r\n"),
    REFUSED(2, "GET", 0, 0, ""),
    HUGE(1, "GET", 0, 1 << 20, ""),
    HUGE_UPLOAD(1, "PUT", 1 << 20, 133, "");

    private static final SyntheticKind[] ALL = values();
    private static final SyntheticKind[] MIX = Arrays.stream(ALL)
            .flatMap(kind -> Collections.nCopies(kind.weight, kind).stream())
            .toArray(SyntheticKind[]::new);

    private final int weight;
    private final byte[] request;
    private final byte[] answer;

    SyntheticKind(int weight, String method, int upload, int download, String field) {
        this.weight = weight;
        boolean chunked = field.startsWith("Transfer");
        String head = method + " /" + (char) ('a' + ordinal()) + " HTTP/1.1\r\nHost: warm-up.example\r\n"
                + "User-Agent: gyre\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate\r\nCookie: a=b; c=d\r\n"
                + field;
        byte[] once = message(head, upload, chunked);
        this.request = name().equals("PIPELINED") ? twice(once) : once;
        String line = "HTTP/1.1 " + (name().equals("REFUSED") ? "404 Not Found" : "200 OK") + "\r\n";
        this.answer = message(line + "Content-Type: application/octet-stream\r\nServer: gyre\r\n"
                + "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nCache-Control: no-cache\r\n"
                + (chunked ? field : ""), download, chunked);
    }

    private static byte[] message(String head, int length, boolean chunked) {
        String size = Integer.toHexString(length);
        String before = chunked ? "\r\n" + size + "\r\n"
                : (length > 0 || head.startsWith("HTTP") ? "Content-Length: " + length + "\r\n" : "")
                        + "\r\n";
        String after = chunked ? "\r\n0\r\n\r\n" : "";
        return (head + before + "x".repeat(length) + after).getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] twice(byte[] once) {
        byte[] both = Arrays.copyOf(once, 2 * once.length);
        System.arraycopy(once, 0, both, once.length, once.length);
        return both;
    }

    /** By the letter in a request's target. */
    static SyntheticKind of(int letter) {
        return ALL[letter - 'a'];
    }

    /** One of many in turn: each as often as its weight, spread evenly. */
    static SyntheticKind number(int number) {
        // A step without a common divisor with the length reaches each of them.
        return MIX[Math.floorMod(number * 37, MIX.length)];
    }

    byte[] request() {
        return request;
    }

    byte[] answer() {
        return answer;
    }

    /** How many answers there are to what is sent. */
    int answers() {
        return this == PIPELINED ? 2 : 1;
    }

    boolean closes() {
        return this == CLOSING;
    }
}

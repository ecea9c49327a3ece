package dev.gyre.gate;

import static dev.gyre.gate.RequestForm.HOST;
import static dev.gyre.gate.RequestForm.chunked;
import static dev.gyre.gate.RequestForm.passed;
import static dev.gyre.gate.RequestForm.post;
import static dev.gyre.gate.RequestForm.refused;
import static dev.gyre.gate.RequestForm.shown;

import java.util.ArrayList;
import java.util.List;

/** RFC 9112, sections 6 and 7: where a request ends. */
final class LengthForms {

    private static final String TE = "Transfer-Encoding: ";
    private static final String CHUNKS = "5\r\nhello\r\n0\r\n\r\n";
    private static final String SEEN = "POST / HTTP/1.1|hello";

    private LengthForms() {
    }

    static List<RequestForm> all() {
        List<RequestForm> forms = new ArrayList<>();
        lengths(forms);
        severalLengths(forms);
        codings(forms);
        codingsWithLengths(forms);
        chunkSizes(forms);
        chunks(forms);
        trailers(forms);
        return forms;
    }

    private static void lengths(List<RequestForm> forms) {
        for (String value : new String[] {"", "+5", "-5", "-0", "0x5", "5 5", "5,5", "5, 5", ",5", "5,",
            "5.0", "5e0", "5;", "5_0", "1_0", "\"5\"", "five", "0b101", "5L", "5\u00b2", "\u00b2", "'5'",
            "5\t5", "NaN", "Infinity", "9223372036854775808", "18446744073709551621",
            "99999999999999999999999", "4294967301x", "5\u00a0"}) {
            forms.add(refused(400, "Content-Length: " + shown(value),
                    post("Content-Length: " + value + "\r\n", "hello")));
            forms.add(refused(400, "HTTP/1.0, Content-Length: " + shown(value), "POST / HTTP/1.0\r\n" + HOST
                    + "Connection: keep-alive\r\nContent-Length: " + value + "\r\n\r\nhello"));
        }
        for (String value : new String[] {"5", " 5", "5 ", "\t5\t", "05", "0000000000000000005"}) {
            forms.add(passed("Content-Length: " + shown(value), post("Content-Length:" + value + "\r\n",
                "hello"),
                    SEEN));
        }
        forms.add(passed("a body to GET", "GET / HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello",
                "GET / HTTP/1.1|hello"));
        forms.add(passed("no body at all", post("", ""), "POST / HTTP/1.1|"));
    }

    private static void severalLengths(List<RequestForm> forms) {
        for (String version : new String[] {"1.0", "1.1"}) {
            for (String[] two : new String[][] {{"5", "5"}, {"5", "6"}, {"6", "5"}, {"5", "0"}, {"0",
                "5"}, {"5", ""},
                {"", "5"}, {"5", "x"}}) {
                for (String between : new String[] {"", "X-A: b\r\n"}) {
                    forms.add(refused(400, "HTTP/" + version + ", lengths " + two[0] + " and " + two[1]
                        + between,
                            "POST / HTTP/" + version + "\r\n" + HOST
                            + "Connection: keep-alive\r\nContent-Length: "
                            + two[0] + "\r\n" + between + "content-length: " + two[1] + "\r\n\r\nhello"));
                }
            }
        }
    }

    private static void codings(List<RequestForm> forms) {
        for (String coding : new String[] {"gzip", "identity", "deflate", "xchunked", "chunkedx",
            "gzip, chunked", "identity, chunked", "x-gzip,chunked", "chunk", "cow", "trailers",
            "chunked-x"}) {
            forms.add(refused(501, TE + coding, post(TE + coding + "\r\n", CHUNKS)));
        }
        for (String coding : new String[] {"", ",", "chunked,", ",chunked", "chunked, chunked",
            "chunked,chunked", "chunked, gzip", "chunked, identity", "\"chunked\"", "chunked;q=1",
            "chunked; a=b", "chunked chunked", "'chunked", "[chunked]", "chunked\u00a0", "\u00a0chunked",
            "ch\u00fcnked", "chunked, ", "gzip;, chunked"}) {
            forms.add(refused(coding.startsWith("'") ? 501 : 400, TE + shown(coding),
                    post(TE + coding + "\r\n", CHUNKS)));
        }
        String many = "a,".repeat(15_000);
        forms.add(refused(501, TE + "15,000 times a", post(TE + many + "a\r\n", CHUNKS)));
        forms.add(refused(400, TE + "15,000 times a, chunked, a",
                post(TE + many + "chunked,a\r\n", CHUNKS)));
        for (String[] two : new String[][] {{"chunked", "chunked"}, {"chunked", "identity"}, {"chunked",
            "gzip"},
            {"chunked", ""}, {"", "chunked"}}) {
            forms.add(refused(400, TE + two[0] + " and " + two[1],
                    post(TE + two[0] + "\r\n" + TE + two[1] + "\r\n", CHUNKS)));
        }
        for (String coding : new String[] {"chunked", "Chunked", "CHUNKED", " chunked ", "\tchunked\t"}) {
            forms.add(passed(TE + shown(coding), post("Transfer-Encoding:" + coding + "\r\n", CHUNKS),
                SEEN));
        }
        for (String coding : new String[] {"chunked", "gzip, chunked", "identity"}) {
            forms.add(refused(coding.equals("chunked") ? 400 : 501, "HTTP/1.0, " + TE
                + coding, "POST / HTTP/1.0\r\n"
                    + HOST + "Connection: keep-alive\r\n" + TE + coding + "\r\n\r\n" + CHUNKS));
        }
    }

    private static void codingsWithLengths(List<RequestForm> forms) {
        for (String version : new String[] {"1.0", "1.1"}) {
            for (String length : new String[] {"5", "0", "15", "x"}) {
                for (String name : new String[] {"Transfer-Encoding", "transfer-encoding",
                    "TRANSFER-ENCODING"}) {
                    String start = "POST / HTTP/" + version + "\r\n" + HOST;
                    String coding = name + ": chunked\r\n";
                    String lengthLine = "Content-Length: " + length + "\r\n";
                    String called = "HTTP/" + version + ", " + name + " and length " + length;
                    forms.add(refused(400, called, start + coding + lengthLine + "\r\n" + CHUNKS));
                    forms.add(refused(400, called + ", length first", start + lengthLine + coding
                        + "\r\n" + CHUNKS));
                }
            }
        }
        forms.add(refused(400, "unknown coding and length", post(TE + "gzip\r\nContent-Length: 5\r\n",
            "hello")));
        forms.add(refused(400, "Connection names the coding",
                post(TE + "chunked\r\nContent-Length: 5\r\nConnection: Transfer-Encoding\r\n", CHUNKS)));
    }

    private static void chunkSizes(List<RequestForm> forms) {
        for (String size : new String[] {"+5", "-5", "0x5", "0X5", "5 ", "5\t", " 5", "\t5", "", "g", "5g",
            "5 5", "5.", "5,", "#5", "5h", "x5", "80000000", "ffffffff", "100000005", "ffffffffffffffff",
            "10000000000000005", "-0", " ;a", ";a=b", "5;", "5 ;", "5;;a", "5;a;", "5;a=;b", "5;a =", "5;=b",
            "5;a b", "5;a=b c",
            "5;a=b ", "5 a", "5;a=b=c", "5;\"a\"", "5;a=\"b\"c", "5;a(", "5;a=(",  "5;a=\"b\\\"",
            "5;a\u0001=b", "5;a=\u0000b",
            "5;a=b\u007f", "5;a=\"b\u0001\"", "5;a\rb", "5;a=\"\rb\"", "5;a\nb", "5;\u0080", "5\u0000",
            "5;a=\"b", "5;a=", "\u0035\u00b2"}) {
            forms.add(refused(400, "chunk size " + shown(size), chunked(size + "\r\nhello\r\n0\r\n\r\n")));
        }
        for (String size : new String[] {"5", "05", "00000000000000000005", "5;a", "5;a=b", "5;a=\"b\"",
            "5;a=b;c=d", "5;a=\"\tb c\"", "5 ;a=b", "5\t;a=b", "5 \t ;a", "5; a", "5 ; a ; b", "5;a =b",
            "5;a= b", "5;a\t=\tb", "5;a = \"b;c\" ; d", "5;a=\"\\\"\"", "5;a=\"b\";c"}) {
            forms.add(passed("chunk size " + shown(size), chunked(size + "\r\nhello\r\n0\r\n\r\n"), SEEN));
        }
        // The grammar has it, Netty's decoder does not.
        forms.add(refused(400, "white space after a bare value", chunked("5;a=b ;c\r\nhello\r\n0\r\n\r\n")));
        forms.add(passed("upper-case size", chunked("A\r\nhellohello\r\n0\r\n\r\n"), SEEN + "hello"));
        forms.add(passed("lower-case size", chunked("a\r\nhellohello\r\n0\r\n\r\n"), SEEN + "hello"));
        for (String last : new String[] {"0", "00", "0000000000000000000", "0;a=b", "0 ; a"}) {
            forms.add(passed("last chunk " + last, chunked("5\r\nhello\r\n" + last + "\r\n\r\n"), SEEN));
        }
        for (String last : new String[] {"+0", "-0", "0x0", "0 ", " 0", "0;", "0 ;", "0;a\u0001", "", "z"}) {
            forms.add(refused(400, "last chunk " + shown(last), chunked("5\r\nhello\r\n" + last
                + "\r\n\r\n")));
        }
    }

    private static void chunks(List<RequestForm> forms) {
        for (String end : new String[] {"\n", "\r", "\r\r\n", "\n\r\n", "", " \r\n", "x\r\n", "\r\n\r\n",
            "\u0000\r\n"}) {
            forms.add(refused(400, "after the data " + shown(end), chunked("5\r\nhello" + end
                + "0\r\n\r\n")));
        }
        for (String end : new String[] {"\n", "\r", "\r\r\n", "\n\r"}) {
            forms.add(refused(400, "after the size " + shown(end), chunked("5" + end
                + "hello\r\n0\r\n\r\n")));
            forms.add(refused(400, "after the last size " + shown(end), chunked("5\r\nhello\r\n0" + end
                + "\r\n")));
        }
        forms.add(refused(400, "more data than said", chunked("4\r\nhello\r\n0\r\n\r\n")));
        forms.add(refused(400, "less data than said", chunked("6\r\nhello\r\n0\r\n\r\n")));
        forms.add(passed("several chunks", chunked("1\r\nh\r\n2\r\nel\r\n2\r\nlo\r\n0\r\n\r\n"), SEEN));
        forms.add(passed("no data", chunked("0\r\n\r\n"), "POST / HTTP/1.1|"));
    }

    private static void trailers(List<RequestForm> forms) {
        for (String trailer : new String[] {"X-A: b\u0001\r\n", "X-A\u0000: b\r\n", "X-A: b\rc\r\n",
            "X-A: b\n", "X-A\r\n", ": b\r\n", "X A: b\r\n", "X-A : b\r\n", " X-A: b\r\n",
            "X-A: b\r\n c\r\n", "X-A: b\r\n \r\n", "\n", "\r"}) {
            forms.add(refused(400, "trailer " + shown(trailer), chunked("5\r\nhello\r\n0\r\n" + trailer
                + "\r\n")));
        }
        for (String trailer : new String[] {"X-A: b\r\n", "X-A: b\r\nX-B: c\r\n", "Content-Length: 7\r\n",
            "Transfer-Encoding: gzip\r\n", "Host: b\r\n", "X-A:\r\n"}) {
            forms.add(passed("trailer " + shown(trailer), chunked("5\r\nhello\r\n0\r\n" + trailer
                + "\r\n"), SEEN));
        }
    }
}

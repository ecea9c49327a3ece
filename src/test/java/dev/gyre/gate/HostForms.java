package dev.gyre.gate;

import static dev.gyre.gate.RequestForm.line;
import static dev.gyre.gate.RequestForm.passed;
import static dev.gyre.gate.RequestForm.refused;
import static dev.gyre.gate.RequestForm.shown;

import java.util.ArrayList;
import java.util.List;

/** RFC 9112, section 3.2, and RFC 9110, section 7.2: whom a request is for. */
final class HostForms {

    private HostForms() {
    }

    static List<RequestForm> all() {
        List<RequestForm> forms = new ArrayList<>();
        forms.add(refused(400, "no Host", "GET / HTTP/1.1\r\n\r\n"));
        forms.add(passed("HTTP/1.0 without Host", "GET /h HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
                "GET /h HTTP/1.1|"));
        for (String second : new String[] {"a", "b", "", "A", "a:80"}) {
            for (String name : new String[] {"Host", "host", "HOST"}) {
                forms.add(refused(400, "Host: a and " + name + ": " + second,
                        "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n" + name + ": " + second + "\r\n\r\n"));
            }
        }
        values(forms);
        absolute(forms);
        return forms;
    }

    private static void values(List<RequestForm> forms) {
        for (String host : new String[] {"", " ", ",", "a,a", "a, a", "a b", "a/", "a/b", "/", "http://a",
            "a?", "a#", "a@b", "@", "u@a", "u:p@a", "a:", "a:80:80", "a:x", "a:-1", "a:+80", "a: 80",
            "a :80", "a:65536", "a:99999999999", "a:8 0", ":80", ":", "[", "]", "[]", "[::1", "::1",
            "[::1]x", "[::1]80", "[::1]:x", "[g::]", "[1]", "[::1%25eth0]", "[::1]]", "a]", "[a]", "a\\b",
            "a;b", "a=b", "a&b", "a$b", "a'b", "a(b)", "a*", "*", "a!b", "a+b", "a%62", "%61", "a%00",
            "a%2eb", "a%", "a..b", ".", ".a", "..", "a\u00e9", "\u00ff", "<a>", "\"a\"", "a|b", "a^b",
            "{a}", "`a`"}) {
            if (!host.equals("a:")) {
                forms.add(refused(400, "Host: " + shown(host), "GET / HTTP/1.1\r\nHost: " + host
                    + "\r\n\r\n"));
            }
        }
        for (String host : new String[] {"a", "A", "a.b", "a.b.", "a-b", "a_b", "a~b", "1", "1.2.3.4",
            "a:80", "a:", "a:65535", "[::1]", "[::1]:80", "[2001:DB8::1]:", "[::ffff:1.2.3.4]",
            "xn--bcher-kva.example", "localhost:1"}) {
            forms.add(passed("Host: " + host, "GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n",
                "GET / HTTP/1.1|"));
        }
    }

    private static void absolute(List<RequestForm> forms) {
        for (String target : new String[] {"http://b/", "http://a:80/", "http://a.b/", "http://aa/",
            "http://a./", "HTTP://B:443/", "https://[::1]:8443/"}) {
            forms.add(passed("Host: a with " + target, line("GET " + target + " HTTP/1.1"),
                "GET / HTTP/1.1|"));
        }
        forms.add(refused(400, "absolute-form without Host", "GET http://a/ HTTP/1.1\r\n\r\n"));
        forms.add(refused(400, "absolute-form with a bad Host",
                "GET http://a/ HTTP/1.1\r\nHost: a b\r\n\r\n"));
        for (String target : new String[] {"http:///", "http://", "http:/a", "http:a", "http://u@a/",
            "http://u:p@a/", "http://a:x/", "http://a,a/", "ftp://a/", "ws://a/", "a", "a/b", "a:80", "?a",
            "./a", "javascript:a", "httpx://a/", "://a/", "http://a\\b/", "http://[::1/", "http://%61/",
            "http://a b/", "file:///etc"}) {
            forms.add(refused(400, "target " + target, line("GET " + target + " HTTP/1.1")));
        }
        forms.add(passed("absolute-form", line("GET http://a/x?y HTTP/1.1"), "GET /x?y HTTP/1.1|"));
        forms.add(passed("https", line("GET https://a/x HTTP/1.1"), "GET /x HTTP/1.1|"));
        forms.add(passed("scheme and authority in upper case", line("GET HTTP://A/x HTTP/1.1"),
            "GET /x HTTP/1.1|"));
        forms.add(passed("absolute-form without path", line("GET http://a HTTP/1.1"), "GET / HTTP/1.1|"));
        forms.add(passed("absolute-form with query only", line("GET http://a?q HTTP/1.1"),
            "GET /?q HTTP/1.1|"));
        forms.add(passed("absolute-form of HTTP/1.0",
                "GET http://b/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET /x HTTP/1.1|"));
    }
}

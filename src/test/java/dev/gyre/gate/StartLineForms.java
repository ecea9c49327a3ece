package dev.gyre.gate;

import static dev.gyre.gate.RequestForm.HOST;
import static dev.gyre.gate.RequestForm.line;
import static dev.gyre.gate.RequestForm.passed;
import static dev.gyre.gate.RequestForm.refused;
import static dev.gyre.gate.RequestForm.shown;

import java.util.ArrayList;
import java.util.List;

/** RFC 9112, sections 2 and 3: the request line. */
final class StartLineForms {

    private StartLineForms() {
    }

    static List<RequestForm> all() {
        List<RequestForm> forms = new ArrayList<>();
        separators(forms);
        versions(forms);
        methods(forms);
        emptyLines(forms);
        return forms;
    }

    private static void separators(List<RequestForm> forms) {
        for (String odd : new String[] {"  ", "\t", " \t", "\t ", "\u000b", "\f", "\r", " \r", "\u0000",
            "\u001f", "\u00a0", "\u0085"}) {
            forms.add(refused(400, "between method and target: " + shown(odd), line("GET" + odd
                + "/ HTTP/1.1")));
            forms.add(refused(400, "between target and version: " + shown(odd), line("GET /" + odd
                + "HTTP/1.1")));
        }
        for (String odd : new String[] {" ", "\t", "\u000b", "\f", "\u0000", "\r", "\n ", "\u00a0"}) {
            forms.add(refused(400, "before the method: " + shown(odd), line(odd + "GET / HTTP/1.1")));
            forms.add(refused(400, "after the version: " + shown(odd),
                    line("GET / HTTP/1.1" + odd)));
        }
        forms.add(refused(400, "a space in the target", line("GET /a b HTTP/1.1")));
        forms.add(refused(400, "a second version", line("GET / HTTP/1.1 HTTP/1.1")));
    }

    private static void versions(List<RequestForm> forms) {
        for (String version : new String[] {"0.9", "1.2", "1.9", "2.0", "3.0", "0.0", "1.10", "01.1",
            "1.01", "11", "1", "1.", ".1", "1,1", "1.1x", "-1.1", "+1.1", "1.1.1", "A.B"}) {
            forms.add(refused(505, "HTTP/" + version, line("GET / HTTP/" + version)));
        }
        for (String version : new String[] {"http/1.1", "Http/1.1", "HTTQ/1.1", "HTTP", "HTTP1.1",
            "HTTP\\1.1", "XHTTP/1.1", "1.1", "ICY/1.1"}) {
            forms.add(refused(400, version, line("GET / " + version)));
        }
        forms.add(refused(400, "HTTP /1.1", line("GET / HTTP /1.1")));
        forms.add(refused(400, "HTTP/ 1.1", line("GET / HTTP/ 1.1")));
        forms.add(refused(400, "HTTP/0.9 with its two words", "GET /\r\n\r\n"));
        forms.add(refused(400, "a method alone", "GET\r\n\r\n"));
        forms.add(refused(400, "HTTP/0.9 with fields", "GET /\r\n" + HOST + "\r\n"));
        forms.add(refused(505, "the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
    }

    private static void methods(List<RequestForm> forms) {
        for (char c : "\"(),/:;<=>?@[\\]{}\u0001\u007f\u0080\u00ff".toCharArray()) {
            forms.add(refused(400, "a method with " + shown("" + c), line("GE" + c + "T / HTTP/1.1")));
        }
        forms.add(refused(400, "no method", line("/ HTTP/1.1")));
        forms.add(refused(400, "an empty method", line(" / HTTP/1.1")));
        for (String method : new String[] {"PATCH", "PROPFIND", "M-SEARCH", "get", "Get", "BREW",
            "X!#$%&'*+-.^_`|~9"}) {
            forms.add(passed("method " + method, line(method + " /m HTTP/1.1"), method + " /m HTTP/1.1|"));
        }
        for (String target : new String[] {"a:443", "a", "/", "*", "http://a/"}) {
            forms.add(refused(501, "CONNECT " + target, line("CONNECT " + target + " HTTP/1.1")));
        }
        for (String target : new String[] {"/", "*", "http://a/"}) {
            forms.add(refused(405, "TRACE " + target, line("TRACE " + target + " HTTP/1.1")));
        }
    }

    private static void emptyLines(List<RequestForm> forms) {
        String get = line("GET /e HTTP/1.1");
        forms.add(passed("an empty line before", "\r\n" + get, "GET /e HTTP/1.1|"));
        forms.add(passed("two empty lines before", "\r\n\r\n" + get, "GET /e HTTP/1.1|"));
        for (String odd : new String[] {"\n", "\r", "\r\r\n", "\n\r", "\r\n\n", "\r\n\r", " \r\n", "\r\n ",
            "\u0000", "\r\n\t\r\n", "\u0001\r\n"}) {
            forms.add(refused(400, "before the request: " + shown(odd), odd + get));
        }
    }
}

package dev.gyre.gate;

import static dev.gyre.gate.RequestForm.HOST;
import static dev.gyre.gate.RequestForm.get;
import static dev.gyre.gate.RequestForm.passed;
import static dev.gyre.gate.RequestForm.refused;
import static dev.gyre.gate.RequestForm.shown;

import java.util.ArrayList;
import java.util.List;

/** RFC 9110, section 5, and RFC 9112, sections 2.2 and 5: field lines and what ends them. */
final class FieldForms {

    private static final String SEEN = "GET / HTTP/1.1|";

    private FieldForms() {
    }

    static List<RequestForm> all() {
        List<RequestForm> forms = new ArrayList<>();
        controls(forms);
        names(forms);
        folds(forms);
        lineEnds(forms);
        expectations(forms);
        return forms;
    }

    private static void controls(List<RequestForm> forms) {
        for (char c = 0; c <= 0x7f; c++) {
            if (c >= ' ' && c < 0x7f) {
                continue;
            }
            String shown = shown("" + c);
            if (c != '\t') {
                forms.add(refused(400, "in a value: " + shown, get("X-A: b" + c + "c\r\n")));
                forms.add(refused(400, "before a value: " + shown, get("X-A:" + c + "b\r\n")));
                forms.add(refused(400, "in Host: " + shown, "GET / HTTP/1.1\r\nHost: a" + c + "b\r\n\r\n"));
            }
            if (c != '\n' && c != '\t') {
                forms.add(refused(400, "after a value: " + shown, get("X-A: b" + c + "\r\n")));
            }
            forms.add(refused(400, "in a name: " + shown, get("X" + c + "A: b\r\n")));
            forms.add(refused(400, "in the target: " + shown, RequestForm.line("GET /a" + c
                + "b HTTP/1.1")));
        }
        for (String value : new String[] {"", " ", "\t", "a\tb", "  a  ", "\u00e9\u00ff", "\"", ":", "a:b",
            "a\\"}) {
            forms.add(passed("value " + shown(value), get("X-A:" + value + "\r\n"), SEEN));
        }
    }

    private static void names(List<RequestForm> forms) {
        for (char c : "\"(),/;<=>?@[\\]{} \u0080\u00a0\u00e9\u00ff".toCharArray()) {
            forms.add(refused(400, "in a name: " + shown("" + c), get("X" + c + "A: b\r\n")));
            forms.add(refused(400, "before a name: " + shown("" + c), get(c + "X: b\r\n")));
            forms.add(refused(400, "before the colon: " + shown("" + c), get("X" + c + ": b\r\n")));
        }
        for (String name : new String[] {"Host", "Content-Length", "Transfer-Encoding", "Connection",
            "X"}) {
            forms.add(refused(400, name + " with a space before its colon", get(name + " : 1\r\n")));
            forms.add(refused(400, name + " with a tab before its colon", get(name + "\t: 1\r\n")));
            forms.add(refused(400, name + " without a colon", get(name + "\r\n")));
        }
        forms.add(refused(400, "no name", get(": b\r\n")));
        forms.add(refused(400, "neither name nor value", get(":\r\n")));
        for (String name : new String[] {"x", "X-A", "!#$%&'*+-.^_`|~09azAZ", "9"}) {
            forms.add(passed("name " + name, get(name + ": b\r\n"), SEEN));
        }
        for (String name : new String[] {"Sec-WebSocket-Key1", "sec-websocket-key2"}) {
            forms.add(refused(400, name, get(name + ": 1\r\n")));
        }
        forms.add(refused(400, "eight bytes behind a GET",
                get("Sec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n") + "12345678"));
    }

    private static void folds(List<RequestForm> forms) {
        for (String space : new String[] {" ", "\t", "  ", " \t"}) {
            String shown = shown(space);
            forms.add(refused(400, "the first field begins with " + shown,
                    "GET / HTTP/1.1\r\n" + space + "X: b\r\n" + HOST + "\r\n"));
            forms.add(refused(400, "a folded value, " + shown, get("X-A: b\r\n" + space + "c\r\n")));
            forms.add(refused(400, "a line of white space only, " + shown, get("X-A: b\r\n" + space
                + "\r\n")));
            forms.add(refused(400, "a folded empty value, " + shown, get("X-A:\r\n" + space + "b\r\n")));
            forms.add(refused(400, "a folded Host, " + shown, "GET / HTTP/1.1\r\nHost:\r\n" + space
                + "a\r\n\r\n"));
            forms.add(refused(400, "a folded Content-Length, " + shown, get("Content-Length:\r\n"
                + space + "0\r\n")));
            forms.add(refused(400, "a folded Transfer-Encoding, " + shown,
                    get("Transfer-Encoding:\r\n" + space + "chunked\r\n") + "0\r\n\r\n"));
            forms.add(refused(400, "a field hidden in a fold, " + shown,
                    get("X-A: b\r\n" + space + "Content-Length: 5\r\n") + "hello"));
        }
    }

    private static void lineEnds(List<RequestForm> forms) {
        String[] odd = {"\n", "\r", "\r\r\n", "\n\r", "\u0000\r\n", "\u0085", "\u000b\r\n"};
        for (String end : odd) {
            String shown = shown(end);
            forms.add(refused(400, "the request line ends with " + shown, "GET / HTTP/1.1" + end + HOST
                + "\r\n"));
            forms.add(refused(400, "Host ends with " + shown, "GET / HTTP/1.1\r\nHost: a" + end
                + "X-A: b\r\n\r\n"));
            forms.add(refused(400, "the last field ends with " + shown,
                    "GET / HTTP/1.1\r\n" + HOST + "X-A: b" + end + "\r\n"));
        }
        for (String end : new String[] {"\n", "\r\r\n", "\n\r\n"}) {
            forms.add(refused(400, "the head ends with " + shown(end), "GET / HTTP/1.1\r\n" + HOST + end));
        }
    }

    private static void expectations(List<RequestForm> forms) {
        forms.add(refused(417, "an expectation that is none", get("Expect: tea\r\n")));
        forms.add(refused(417, "two expectations", get("Expect: 100-continue, tea\r\n")));
    }
}

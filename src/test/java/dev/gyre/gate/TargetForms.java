package dev.gyre.gate;

import static dev.gyre.gate.RequestForm.line;
import static dev.gyre.gate.RequestForm.passed;
import static dev.gyre.gate.RequestForm.refused;
import static dev.gyre.gate.RequestForm.shown;

import java.util.ArrayList;
import java.util.List;

/** RFC 9112, section 3.2, and RFC 3986: what a request is for. */
final class TargetForms {

    private TargetForms() {
    }

    static List<RequestForm> all() {
        List<RequestForm> forms = new ArrayList<>();
        for (String method : new String[] {"GET", "POST", "PUT", "options"}) {
            forms.add(refused(400, method + " *", line(method + " * HTTP/1.1")));
        }
        for (String target : new String[] {"*a", "**", "*/", "/a#b", "/#", "#", "/a?b#c", "/\u00e9",
            "/a?\u00e9", "/\u0080", "/\u00ff", "/a\u00a0b"}) {
            forms.add(refused(400, "target " + shown(target), line("GET " + target + " HTTP/1.1")));
        }
        paths(forms);
        return forms;
    }

    private static void paths(List<RequestForm> forms) {
        for (String path : new String[] {"/..", "/../", "/.", "/./", "/a/..", "/a/../b", "/a/./b", "/a/.",
            "//..", "/..//", "/..;/", "/..;a=b/b", "/.;/b", "/a/..;", "/%2e", "/%2e%2e", "/.%2e/",
            "/%2E./a", "/a/%2e%2e/b", "/%2e;a", "/a%2fb", "/a%2Fb", "/%2f", "/a%5cb", "/a%5Cb", "/a\\b",
            "/\\", "\\", "/..%2f", "/..%5c", "/a;%2f..", "/a;b\\..", "/%2e%2e%2f", "/%2f%2e%2e"}) {
            forms.add(refused(400, "path " + path, line("GET " + path + " HTTP/1.1")));
        }
        for (String path : new String[] {"/%", "/%a", "/%zz", "/%a%61", "/%%", "/%2", "/%u002f", "/%0g",
            "/a%", "/%-1", "/%00", "/a%00b", "/%0a", "/%0d%0a", "/%1f", "/%7f", "/a;%00", "/%c0%af",
            "/%C0%AE%c0%ae/", "/%c1%9c", "/%e0%80%af", "/%e0%9f%bf", "/%f0%80%80%af", "/%f8%80%80%80%af",
            "/%fc%80%80%80%80%af", "/%c0"}) {
            forms.add(refused(400, "path " + path, line("GET " + path + " HTTP/1.1")));
        }
        for (String target : new String[] {"/", "//", "//a", "/a//b", "/a/", "/...", "/.a", "/a.", "/a..b",
            "/..a", "/a;b", "/;a", "/a;b=c/d", "/%61", "/%41%2D", "/%20", "/%3f", "/%23", "/%25",
            "/%252e%252e", "/%252f", "/%c3%a9", "/%e2%82%ac", "/%f0%9f%98%80", "/%e9", "/%3b", "/a:b", "/@",
            "/!$&'()*+,=", "/?", "/a?b=/../c", "/a?%zz", "/a?%00", "/?..%2f", "/a?b\\c", "/{a}|^`\"<>"}) {
            forms.add(passed("target " + target, line("GET " + target + " HTTP/1.1"), "GET " + target
                + " HTTP/1.1|"));
        }
    }
}

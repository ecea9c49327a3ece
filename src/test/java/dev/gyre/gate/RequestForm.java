package dev.gyre.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One way to write a request, and what must come of it.
 *
 * @param status of the answer
 * @param raw    the request's bytes, as ISO-8859-1
 * @param seen   start line and body of the only request that the origin may see whole; empty for none
 */
public record RequestForm(String name, int status, String raw, String seen) {

    static final String HOST = "Host: a\r\n";

    static RequestForm refused(int status, String name, String raw) {
        return new RequestForm(name, status, raw, "");
    }

    static RequestForm passed(String name, String raw, String seen) {
        return new RequestForm(name, 200, raw, seen);
    }

    /** A GET with this start line and nothing else odd. */
    static String line(String line) {
        return line + "\r\n" + HOST + "\r\n";
    }

    /** A GET with these further lines. */
    static String get(String fields) {
        return "GET / HTTP/1.1\r\n" + HOST + fields + "\r\n";
    }

    static String post(String fields, String body) {
        return "POST / HTTP/1.1\r\n" + HOST + fields + "\r\n" + body;
    }

    static String chunked(String body) {
        return post("Transfer-Encoding: chunked\r\n", body);
    }

    @Override
    public String toString() {
        return status + " " + name;
    }

    public static Stream<RequestForm> all() {
        List<RequestForm> forms = new ArrayList<>();
        Stream.of(StartLineForms.all(), FieldForms.all(), LengthForms.all(), HostForms.all(),
            TargetForms.all())
                .forEach(forms::addAll);
        return forms.stream();
    }

    /** For names: every byte readable. */
    static String shown(String raw) {
        StringBuilder shown = new StringBuilder();
        for (char c : raw.toCharArray()) {
            shown.append(c > ' ' && c < 0x7f ? String.valueOf(c) : String.format("\\x%02x", (int) c));
        }
        return shown.toString();
    }
}

package dev.gyre.kit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;

/** A backend that remembers what has reached it as a whole, and answers all of it with 200. */
public final class WholeRequests implements AutoCloseable {

    private static final String TOKEN = "[!#-'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern START = Pattern.compile(TOKEN + " [!-~&&[^#]]+ HTTP/1\\.1");
    private static final Pattern FIELD = Pattern.compile(
            TOKEN + ": (?:[!-~\\x80-\\xff](?:[\\t -~\\x80-\\xff]*[!-~\\x80-\\xff])?)?");

    private record Seen(String client, String request) {
    }

    private final List<Seen> whole = new ArrayList<>();
    private final List<String> malformed = new CopyOnWriteArrayList<>();
    private final Origin origin = Origin.of(this::answer).withoutRecording();

    private void answer(Origin.Exchange exchange) throws IOException {
        HttpMessage head = exchange.request();
        if (!isWellFormed(head)) {
            malformed.add(head.toString());
        }
        String body = new String(exchange.readBody(), StandardCharsets.ISO_8859_1);
        synchronized (whole) {
            whole.add(new Seen(head.first("X-Forwarded-For").orElse(""), head.startLine() + "|" + body));
        }
        exchange.answer(200, "ok");
    }

    private static boolean isWellFormed(HttpMessage head) {
        int lengths = head.all("Content-Length").size();
        int codings = head.all("Transfer-Encoding").size();
        return START.matcher(head.startLine()).matches()
                && head.headerLines().stream().allMatch(line -> FIELD.matcher(line).matches())
                && head.all("Host").size() == 1 && lengths + codings <= 1;
    }

    /**
     * The requests of a client that came to their end, each as its start line, a bar and its body.
     *
     * @param address of the client as Gyre tells it
     */
    public List<String> seenFrom(String address) {
        synchronized (whole) {
            return whole.stream().filter(seen -> seen.client.equals(address)).map(Seen::request).toList();
        }
    }

    public void forget() {
        synchronized (whole) {
            whole.clear();
        }
    }

    /** Heads that no strict recipient would take, whether or not their request came to its end. */
    public List<String> malformed() {
        return malformed;
    }

    public Origin origin() {
        return origin;
    }

    @Override
    public void close() {
        origin.close();
    }
}

package dev.gyre.kit;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** A node's admin port, over HTTP. */
public record Admin(String host, int port, Optional<String> token) {


    /** One on loopback, without a token. */
    public Admin(int port) {
        this("127.0.0.1", port, Optional.empty());
    }

    /** An answer of the admin port. */
    public record Reply(int status, String body) {
        public JsonObject json() {
            return new JsonObject(body);
        }
    }

    /** The reply of a command that is expected to succeed. */
    public JsonObject command(JsonObject command) throws IOException {
        Reply reply = post(command);
        if (reply.status() != 200) {
            throw new AssertionError(command + ": " + reply);
        }
        return reply.json();
    }

    /** E.g. {@code backend("drain", url, "wait", true)}, on service "web". */
    public JsonObject backend(String verb, String url, Object... more) throws IOException {
        return command(Command.backend(verb, url, more));
    }

    /** The rows of {@code backend.list} for service "web". */
    public List<JsonObject> backends() throws IOException {
        return Command.rows(command(Command.LIST));
    }

    public Reply post(JsonObject command) throws IOException {
        HttpURLConnection http = open("/api/commands");
        http.setRequestMethod("POST");
        http.setRequestProperty("Content-Type", "application/json");
        http.setDoOutput(true);
        http.getOutputStream().write(command.encode().getBytes(StandardCharsets.UTF_8));
        return read(http);
    }

    public Reply get(String path) throws IOException {
        return read(open(path));
    }

    /** A sample of {@code /metrics}, named with its labels, e.g. {@code up{job="a"}}. */
    public long metric(String sample) throws IOException {
        return Long.parseLong(sampled(sample));
    }

    /** Of a metric whose values are no whole numbers. */
    public double ratio(String sample) throws IOException {
        return Double.parseDouble(sampled(sample));
    }

    private String sampled(String sample) throws IOException {
        return get("/metrics").body().lines().filter(line -> line.startsWith(sample + " "))
                .map(line -> line.substring(sample.length() + 1)).findFirst()
                .orElseThrow(() -> new AssertionError("no " + sample));
    }

    private HttpURLConnection open(String path) throws IOException {
        HttpURLConnection http = (HttpURLConnection)
                URI.create("http://" + host + ":" + port + path).toURL().openConnection();
        token.ifPresent(word -> http.setRequestProperty("Authorization", "Bearer " + word));
        http.setConnectTimeout(Await.MILLIS);
        http.setReadTimeout(Await.MILLIS);
        return http;
    }

    private static Reply read(HttpURLConnection http) throws IOException {
        int status = http.getResponseCode();
        try (InputStream in = status < 400 ? http.getInputStream() : http.getErrorStream()) {
            return new Reply(status, in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}

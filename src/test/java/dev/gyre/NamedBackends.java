package dev.gyre;

import dev.gyre.kit.Await;
import dev.gyre.kit.Command;
import dev.gyre.kit.DnsServer;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A name server, and backends that one name may stand for: on 127.0.0.2, 127.0.0.3 and so on, all on one
 * port. Each answers with its address.
 */
final class NamedBackends implements AutoCloseable {

    static final String NAME = "app.test.";
    /** Whatever the time to live, a name is looked up again that soon. */
    private static final String SOON = "100ms";

    final DnsServer dns = DnsServer.start();
    final List<Origin> origins = new ArrayList<>();

    NamedBackends(int count) {
        for (int i = 0; i < count; i++) {
            String address = address(i);
            origins.add(Origin.at(inet(address), i == 0 ? 0 : port(),
                    exchange -> exchange.respond(200, address)));
        }
    }

    static String address(int index) {
        return "127.0.0." + (index + 2);
    }

    private static InetAddress inet(String address) {
        try {
            return InetAddress.getByName(address);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    int port() {
        return origins.get(0).port();
    }

    String url() {
        return "http://app.test:" + port();
    }

    /** From now on the name stands for these, in this order. */
    void stand(int... indexes) {
        dns.says(NAME, 60, Arrays.stream(indexes).mapToObj(NamedBackends::address).toArray(String[]::new));
    }

    /** Looks names up often. */
    JsonObject resolver() {
        return new JsonObject().put("resolver", new JsonObject()
                .put("servers", new JsonArray().add(dns.address())).put("timeout", "1s").put("minTtl", SOON)
                .put("maxTtl", SOON).put("backoff", new JsonObject().put("base", SOON).put("max", SOON)));
    }

    /** A node with service "web" of this name alone, and these keys of the service. */
    GyreNode node(JsonObject service) {
        return GyreNode.before(resolver(), service, url());
    }

    static List<JsonObject> rows(GyreNode node) {
        return Command.rows(node.command(Command.LIST));
    }

    static JsonObject row(GyreNode node, int index) {
        return rows(node).stream().filter(row -> address(index).equals(row.getString("address"))).findFirst()
                .orElse(new JsonObject());
    }

    /** The addresses listed for service "web". */
    static List<String> listed(GyreNode node) {
        return rows(node).stream().map(row -> row.getString("address")).toList();
    }

    /** Two lookups have begun since, so that one that came after this call has been learnt. */
    void lookedUp() throws Exception {
        long before = dns.asked("A " + NAME);
        Await.until("two more lookups", () -> dns.asked("A " + NAME) >= before + 2);
    }

    static Wire.Answer get(GyreNode node) throws IOException {
        try (Wire client = Wire.to(node.port())) {
            return client.get("/").readAnswer();
        }
    }

    @Override
    public void close() {
        origins.forEach(Origin::close);
        dns.close();
    }
}

package dev.gyre.api;

import dev.gyre.kit.Fuzzed;
import dev.gyre.registry.Node;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;

/**
 * Whoever gives a command is told what is wrong with it; no command fails inside the node. An input is the
 * command's name and a line for each of its fields, {@code name=value}, so that whatever the fuzzer makes of
 * it is a command: reading JSON is not what is tested.
 */
public class FuzzedCommandsTest {

    private static final GivenCommands NODE = new GivenCommands();

    @AfterAll
    static void close() throws Exception {
        NODE.close();
    }

    static Stream<byte[]> seeds() {
        String of = "'service':'web','url':'" + Node.A + "'";
        return Stream.of("{'command':'backend.add'," + of + ",'weight':2,'zone':'eu'}",
                "{'command':'backend.drain'," + of + ",'wait':true,'timeout':'1s','ttl':'10m'}",
                "{'command':'backend.announce'," + of + ",'ttl':'10s'}",
                "{'command':'backend.leave'," + of + "}",
                "{'command':'backend.weight'," + of + ",'weight':5,'by':'alice'}",
                "{'command':'backend.resume'," + of + "}", "{'command':'backend.remove'," + of + "}",
                "{'command':'service.put','service':'a','pool':{'maxConnections':3},'retry':{'on':['503']},"
                        + "'backends':['http://a:1',{'url':'http://b'}],'balance':{'by':'peak-ewma'}}",
                "{'command':'service.hold','service':'web','for':'30s'}",
                "{'command':'service.release','service':'web'}",
                "{'command':'service.remove','service':'web','force':true}",
                "{'command':'backend.reset'," + of + ",'fields':['weight']}",
                "{'command':'service.reset','service':'web'}", "{'command':'route.reset','path':'/*'}",
                "{'command':'route.put','host':'*.a','path':'/v1/*','service':'web','maxBody':'1MB'}",
                "{'command':'route.remove','host':'*','path':'/*'}",
                "{'command':'history','limit':5,'service':'web'}", "{'command':'diff','from':'0','to':'1'}",
                "{'command':'rollback','version':'0'}", "{'command':'backend.list','service':'web'}",
                "{'command':'service.list'}", "{'command':'topology.get'}", "{'command':'node.list'}",
                "{'command':'cluster.status'}")
                .map(text -> lines(new JsonObject(text.replace('\'', '"'))))
                .map(lines -> lines.getBytes(StandardCharsets.UTF_8));
    }

    private static String lines(JsonObject command) {
        StringBuilder lines = new StringBuilder(command.getString("command"));
        command.stream().filter(field -> !field.getKey().equals("command"))
                .forEach(field -> lines.append('\n').append(field.getKey()).append('=').append(
                        field.getValue() instanceof String text ? text : Json.encode(field.getValue())));
        return lines.toString();
    }

    private static JsonObject command(List<String> lines) {
        JsonObject command = new JsonObject();
        if (!lines.isEmpty()) {
            command.put("command", value(lines.get(0)));
            lines.stream().skip(1).map(line -> line.split("=", 2))
                    .forEach(field -> command.put(field[0], field.length < 2 ? null : value(field[1])));
        }
        return command;
    }

    private static Object value(String text) {
        try {
            return Json.decodeValue(text);
        } catch (DecodeException e) {
            return text;
        }
    }

    @Fuzzed
    void holdFor(byte[] input) throws Exception {
        fuzzerTestOneInput(input);
    }

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        NODE.give(command(new String(input, StandardCharsets.UTF_8).lines().toList()));
    }
}

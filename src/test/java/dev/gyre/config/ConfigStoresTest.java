package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.ConfigCheck.Report;
import dev.gyre.kit.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Further stores add what they should and nothing else, and one that is down takes nothing away. */
@VertxTest
class ConfigStoresTest {

    @TempDir
    private Path dir;
    private final Vertx vertx;

    ConfigStoresTest(Vertx vertx) {
        this.vertx = vertx;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(Await.SECONDS, TimeUnit.SECONDS);
    }

    private JsonObject load(String given) throws Exception {
        return await(ConfigSource.open(vertx, Read.json(given)).load());
    }

    private Report check(String given) throws Exception {
        return await(ConfigCheck.run(vertx, Read.json(given)));
    }

    @Test
    void lieOverTheBaseInTheirOrder() throws Exception {
        JsonObject loaded = load("""
                {'data':'base','grace':'1s','admin':{'port':1,'host':'::1'},'stores':[
                 {'type':'json','config':{'data':'first','admin':{'port':2}}},
                 {'type':'json','config':{'data':'second'}}]}""");
        loaded.remove("stores");
        assertThat(loaded).isEqualTo(
                Read.json("{'data':'second','grace':'1s','admin':{'port':2,'host':'::1'}}"));
    }

    @Test
    void ofTheProcessGiveOnlyWhatIsListed() throws Exception {
        System.setProperty("grace", "7s");
        try {
            JsonObject loaded = load("{'stores':[{'type':'sys','config':{'keys':['grace','data']}},"
                    + "{'type':'env','config':{'keys':['data']}}]}");
            assertThat(loaded.fieldNames()).containsExactlyInAnyOrder("stores", "grace");
            assertThat(loaded.getString("grace")).isEqualTo("7s");
        } finally {
            System.clearProperty("grace");
        }
    }

    @Test
    void cannotSayWhereConfigComesFrom() throws Exception {
        assertThat(check("{'services':{'web':{}},'stores':[{'type':'json','config':{'stores':[]}}]}").lines())
                .containsExactly("stores[0] (json): gives \"stores\""
                        + " (expected: keys other than where config comes from)");
    }

    @Test
    void mayNotAddUnknownKeys() throws Exception {
        assertThat(check("{'services':{'web':{}},'stores':[{'type':'json','config':{'dtaa':1}}]}").lines())
                .singleElement().asString().startsWith("dtaa: unknown key (did you mean \"data\"?");
    }

    @Test
    void thatAreListedWronglyAreToldWithTheRest() throws Exception {
        assertThat(check("{'services':{'web':{}},'grace':5,'stores':[{'type':'flie'}]}").lines())
                .containsExactly("grace: 5 (expected: a duration such as \"200ms\", \"1s\" or \"5m\")",
                        "stores[0].type: \"flie\" (did you mean \"file\"?)");
    }

    @Test
    void thatCannotBeOpenedOrReadAreNamed() throws Exception {
        assertThat(check("{'services':{'web':{}},'stores':[{'type':'json'},{'type':'directory',"
                + "'config':{'path':'x','filesets':[{}]}}]}").lines()).singleElement().asString()
                .startsWith("stores[1]: ");
        Path broken = Files.writeString(dir.resolve("broken.json"), "{");
        assertThat(check("{'services':{'web':{}},"
                + "'stores':[{'type':'file','config':{'path':'" + broken + "'}}]}").lines())
                .singleElement().asString()
                .startsWith("stores[0] (file), line 1, column 2: unexpected end-of-input");
    }

    @Test
    void overHttpThatAreOptionalKeepWhatTheyGaveWhenTheyAreDown() throws Exception {
        AtomicReference<String> answer = new AtomicReference<>("{\"data\":\"remote\"}");
        HttpServer server = await(vertx.createHttpServer()
                .requestHandler(request -> request.response().end(answer.get())).listen(0, "127.0.0.1"));
        String store = "{'type':'http','optional':true,'config':{'host':'127.0.0.1','port':"
                + server.actualPort() + "}}";
        ConfigSource source = ConfigSource.open(vertx, Read.json("{'data':'base','stores':[" + store + "]}"));
        assertThat(await(source.load()).getString("data")).isEqualTo("remote");
        answer.set("<html>");
        assertThat(await(source.load()).getString("data")).isEqualTo("remote");
        await(server.close());
        assertThat(await(source.load()).getString("data")).isEqualTo("remote");
        assertThat(load("{'data':'base','stores':[" + store + "]}").getString("data")).isEqualTo("base");
    }

    @Test
    void caughtHalfWrittenOnceAreNoNews() throws Exception {
        Queue<String> answers = new ConcurrentLinkedQueue<>(
                List.of("{\"data\":\"one\"}", "{\"data\":\"t", "{\"data\":\"two\"}"));
        HttpServer server = await(vertx.createHttpServer().requestHandler(request -> request.response()
                .end(answers.size() > 1 ? answers.remove() : answers.peek())).listen(0, "127.0.0.1"));
        ConfigSource source = ConfigSource.open(vertx, Read.json("{'stores':[{'type':'http','config':"
                + "{'host':'127.0.0.1','port':" + server.actualPort() + "}}]}"), 20);
        assertThat(await(source.load()).getString("data")).isEqualTo("one");
        LinkedBlockingQueue<Future<JsonObject>> told = new LinkedBlockingQueue<>();
        source.onChange(told::add);
        assertThat(told.poll(Await.SECONDS, TimeUnit.SECONDS)).isNotNull()
                .satisfies(first -> assertThat(first.succeeded()).isTrue())
                .satisfies(first -> assertThat(first.result().getString("data")).isEqualTo("two"));
    }

    @Test
    void areReadByACheckAsByAStart() throws Exception {
        Report report = await(ConfigCheck.run(vertx, new JsonObject().put("gyre.conf", "conf/gyre.json")));
        assertThat(report).isEqualTo(
                new Report(true, List.of("ok: 1 service, 2 backends, 1 route, listening on 0.0.0.0:8080")));
        Path wrong = Files.writeString(dir.resolve("wrong.json"), "{\"services\":{},\"x\":1}");
        assertThat(await(ConfigCheck.run(vertx, new JsonObject().put("gyre.conf", wrong.toString()))))
                .satisfies(failed -> assertThat(failed.ok()).isFalse())
                .satisfies(failed -> assertThat(failed.lines()).hasSize(2));
        Path missing = dir.resolve("no");
        assertThat(await(ConfigCheck.run(vertx, new JsonObject().put("gyre.conf", missing.toString()))))
                .isEqualTo(new Report(false,
                        List.of(missing + ": no such file (expected: a JSON file with the config)")));
    }
}

package dev.gyre;

import dev.gyre.cli.ExitCode;
import dev.gyre.model.BackendUrl;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code demo}: a node with sample backends in its own process, for the first five minutes. */
final class Demo {

    private static final int SERVED = 4;
    private static final int SPARE = 1;

    private Demo() {
    }

    static void run(List<String> args) {
        Launcher.begin();
        if (!args.isEmpty()) {
            Launcher.fail(ExitCode.MISUSED, List.of("demo: " + args.get(0) + " (expected: no arguments)"));
        }
        Vertx vertx = Launcher.builder(new VertxOptions()).build();
        AtomicBoolean stopping = new AtomicBoolean();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stopping.set(true);
            Launcher.toldToEnd();
            vertx.close().await();
            Runtime.getRuntime().halt(ExitCode.DONE.code());
        }));
        SampleBackends.start(vertx, SERVED + SPARE)
                .compose(urls -> vertx.deployVerticle(new MainVerticle(false),
                        new DeploymentOptions().setConfig(config(urls))).map(urls))
                .onSuccess(urls -> System.out.print(invitation(urls)))
                .onFailure(e -> {
                    // Whoever ends a start need not hear that it has failed.
                    if (!stopping.get()) {
                        Launcher.fail(ExitCode.FAILED, e instanceof StartFailed failed ? failed.reasons()
                                : List.of(String.valueOf(e)));
                    }
                });
    }

    private static JsonObject config(List<BackendUrl> urls) {
        JsonArray backends = new JsonArray();
        urls.stream().limit(SERVED).forEach(url -> backends.add(url.toString()));
        return new JsonObject()
                .put("services", new JsonObject().put("web", new JsonObject().put("backends", backends)));
    }

    private static String invitation(List<BackendUrl> urls) {
        String first = urls.get(0).toString();
        String spare = urls.get(SERVED).toString();
        return """

                Gyre balances over four sample backends; the last one takes 200 ms to answer.
                Try, in another terminal:

                  curl localhost:8080
                  java -jar target/gyre.jar admin backend list web
                  java -jar target/gyre.jar admin backend drain web %s --wait
                  java -jar target/gyre.jar admin backend add web %s
                  java -jar target/gyre.jar admin backend remove web %s

                Ctrl-C ends it.
                """.formatted(first, spare, first);
    }
}

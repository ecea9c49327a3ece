package dev.gyre;

import dev.gyre.config.ConfigCheck;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.PrintStream;
import java.util.List;

/** {@code check -conf F}: would a node start with this config? All mistakes at once. */
final class Check {

    private Check() {
    }

    /** @return the exit code: 0 the config is right, 1 it is not, 2 the command line is wrong */
    static int run(List<String> args, PrintStream out, PrintStream err) {
        Launcher.begin();
        if (args.size() != 2 || !List.of("-conf", "--conf").contains(args.get(0))) {
            String found = args.isEmpty() ? "no file" : '"' + String.join(" ", args) + '"';
            err.println("gyre: check: " + found + " (expected: -conf FILE)");
            return 2;
        }
        JsonObject given;
        try {
            given = RunArguments.given(args.get(1));
        } catch (StartFailed e) {
            e.reasons().forEach(reason -> err.println("gyre: " + reason));
            return 1;
        }
        Vertx vertx = Vertx.vertx();
        ConfigCheck.Report report = ConfigCheck.run(vertx, given).await();
        report.lines().forEach((report.ok() ? out : err)::println);
        vertx.close();
        return report.ok() ? 0 : 1;
    }
}

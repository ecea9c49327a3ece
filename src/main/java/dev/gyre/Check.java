package dev.gyre;

import dev.gyre.cli.ExitCode;
import dev.gyre.config.ConfigCheck;
import dev.gyre.tls.CertificateCheck;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.List;

/** {@code check -conf F}: whether a node would start with this config; prints all mistakes at once. */
final class Check {

    private Check() {
    }

    static ExitCode run(List<String> args, PrintStream out, PrintStream err) {
        Launcher.begin();
        if (args.size() != 2 || !List.of("-conf", "--conf").contains(args.get(0))) {
            String found = args.isEmpty() ? "no file" : '"' + String.join(" ", args) + '"';
            err.println("gyre: check: " + found + " (expected: -conf FILE)");
            return ExitCode.MISUSED;
        }
        JsonObject given;
        try {
            given = RunArguments.given(args.get(1));
        } catch (StartFailed e) {
            e.reasons().forEach(reason -> err.println("gyre: " + reason));
            return ExitCode.FAILED;
        }
        Vertx vertx = Vertx.vertx();
        ConfigCheck.Report report = ConfigCheck.run(vertx, given, settings ->
                CertificateCheck.run(settings, InstantSource.system())).await();
        report.lines().forEach((report.ok() ? out : err)::println);
        vertx.close();
        return report.ok() ? ExitCode.DONE : ExitCode.FAILED;
    }
}

package dev.gyre;

import dev.gyre.cli.AdminCli;
import dev.gyre.cli.ExitCode;
import dev.gyre.config.Nearest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The command line. Only what runs a node loads {@link Launcher}, and with it Vert.x and Netty, which take
 * longer to load than a whole command to a node takes. {@link ExitCode} lists what it ends with.
 */
public final class Main {

    private static final List<String> COMMANDS =
            List.of("run", "demo", "check", "admin", "--help", "--version");

    private Main() {
    }

    public static void main(String[] args) {
        if (args.length == 0) {
            System.err.print(Usage.TEXT);
            exit(ExitCode.MISUSED);
        }
        List<String> rest = Arrays.asList(args).subList(1, args.length);
        switch (args[0]) {
            case "run" -> Launcher.node(rest);
            case "demo" -> Demo.run(rest);
            case "check" -> exit(Check.run(rest, System.out, System.err));
            case "admin" -> exit(AdminCli.run(rest, System.getenv(),
                    System.getProperty("user.name") + "@" + HostName.read(), System.out, System.err));
            case "--version", "-version", "version" -> System.out.println(Version.line());
            case "--help", "-help", "-h", "help" -> System.out.print(Usage.TEXT);
            default -> {
                System.err.println("gyre: " + unknown(args[0]));
                exit(ExitCode.MISUSED);
            }
        }
    }

    private static void exit(ExitCode code) {
        System.exit(code.code());
    }

    /** Commands to a node follow "admin"; to forget that word is the most likely mistake. */
    private static String unknown(String word) {
        Optional<String> meant = AdminCli.knows(word) ? Optional.of("admin " + word)
                : Nearest.to(word, COMMANDS);
        return "unknown command: " + word + " ("
                + meant.map(command -> "did you mean \"" + command + "\"? ").orElse("")
                + "known: " + String.join(", ", COMMANDS) + ")";
    }
}

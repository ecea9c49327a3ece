package dev.gyre;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Bounds what the JVM's second compiler copies into one method. It would inline Netty's pipeline and Vert.x's
 * objects into a few methods so large that compiling them takes most of a node's first seconds; with the
 * large parts called instead it takes two thirds. {@code inlining.txt} lists these parts;
 * {@code src/bench/inlining} makes it.
 *
 * <p>The list goes to the JVM as compiler directives (JEP 165), as {@code jcmd PID Compiler.directives_add}
 * does, and so needs no flag on a command line. The JVM's own bean for it loads the classes of JMX, a sixth
 * of a start, so the command goes to what stands behind the bean. A JVM without that compiles as ever.
 */
final class InlineLimits {

    private static final String LIST = "inlining.txt";
    /** Only used while classes are linked, where they are too large to be worth it. */
    private static final List<String> OF_THE_START = List.of("java/lang/invoke/MethodType.*",
            "jdk/internal/classfile/*.*", "jdk/internal/org/objectweb/*.*");
    private static final String ON = "on";
    private static final String OWN_DIRECTIVES = "-XX:CompilerDirectivesFile";

    /** What has come of it. */
    private static volatile String state = "off reason=\"not asked for\"";

    private InlineLimits() {
    }

    /** To be called before the classes of the data path are compiled. */
    static void apply() {
        if (ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .anyMatch(argument -> argument.startsWith(OWN_DIRECTIVES))) {
            state = "off reason=\"" + OWN_DIRECTIVES + " is set\"";
            return;
        }
        try {
            List<String> methods = methods();
            String answer = add(directives(methods));
            state = answer.contains("directives added") ? ON + " methods=" + methods.size()
                    : "off reason=\"" + answer.strip() + "\"";
        } catch (IOException | ReflectiveOperationException | RuntimeException | LinkageError e) {
            state = "off reason=\"" + reason(e) + "\"";
        }
    }

    /** For the log: on or off, and why. */
    static String state() {
        return state;
    }

    static boolean on() {
        return state.startsWith(ON);
    }

    private static String reason(Throwable e) {
        Throwable cause = e instanceof InvocationTargetException && e.getCause() != null ? e.getCause() : e;
        return cause.toString().lines().findFirst().orElse("");
    }

    /** As {@code io/netty/channel/AbstractChannelHandlerContext.write}. */
    static List<String> methods() throws IOException {
        try (InputStream list = InlineLimits.class.getResourceAsStream(LIST)) {
            return new String(list.readAllBytes(), StandardCharsets.UTF_8).lines()
                    .filter(line -> !line.startsWith("#")).toList();
        }
    }

    static String directives(List<String> methods) {
        return """
                [{match: [%s], c2: {Exclude: true}},
                 {match: "*.*", c2: {inline: [%s]}}]
                """.formatted(quoted("", OF_THE_START), quoted("-", methods));
    }

    private static String quoted(String prefix, List<String> patterns) {
        return patterns.stream().map(pattern -> '"' + prefix + pattern + '"')
                .collect(Collectors.joining(",\n"));
    }

    private static String add(String directives) throws IOException, ReflectiveOperationException {
        Path file = Files.createTempFile("gyre-inlining", ".json");
        try {
            Files.writeString(file, directives);
            return diagnosticCommand("Compiler.directives_add \"" + file + '"');
        } finally {
            // A file that stays behind changes nothing about what the JVM has read.
            file.toFile().delete();
        }
    }

    private static String diagnosticCommand(String command) throws ReflectiveOperationException {
        // Loads the library that the commands are in.
        Class.forName("com.sun.management.internal.PlatformMBeanProviderImpl");
        Field jvm = Class.forName("sun.management.ManagementFactoryHelper").getDeclaredField("jvm");
        jvm.setAccessible(true);
        Class<?> commands = Class.forName("com.sun.management.internal.DiagnosticCommandImpl");
        Constructor<?> constructor = commands.getDeclaredConstructor(jvm.getType());
        constructor.setAccessible(true);
        Method execute = commands.getDeclaredMethod("executeDiagnosticCommand", String.class);
        execute.setAccessible(true);
        return (String) execute.invoke(constructor.newInstance(jvm.get(null)), command);
    }
}

package dev.gyre.docs;

import static dev.gyre.docs.Markdown.code;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** {@code log-events.md}: each line that the sources write to a logger of Gyre's. */
final class LogEventsPage {

    private static final List<String> LEVELS = List.of("error", "warn", "info", "debug");

    private static final Map<String, String> PLAIN = Map.of("getMessage", "reason", "size", "count",
            "collect", "…", "getName", "name", "getValue", "…", "of", "…");
    private static final Pattern TELLING_NOTHING =
            Pattern.compile("to[A-Z]\\w*|get|text|join|apply|valueOf|ofNanos|between|orElse\\w*|next");

    private record Event(String logger, String level, String text) implements Comparable<Event> {

        @Override
        public int compareTo(Event other) {
            int byLogger = logger.compareTo(other.logger);
            int byLevel = LEVELS.indexOf(level) - LEVELS.indexOf(other.level);
            return byLogger != 0 ? byLogger : byLevel != 0 ? byLevel : text.compareTo(other.text);
        }
    }

    private final SortedSet<Event> events = new TreeSet<>();

    private LogEventsPage() {
    }

    static String text() throws IOException {
        LogEventsPage page = new LogEventsPage();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
             Stream<Path> sources = Files.walk(Path.of("src", "main", "java"))) {
            JavacTask task = (JavacTask) compiler.getTask(null, files, null, List.of("-proc:none"), null,
                    files.getJavaFileObjectsFromPaths(
                            sources.filter(file -> file.toString().endsWith(".java")).sorted().toList()));
            for (CompilationUnitTree unit : task.parse()) {
                page.read(unit);
            }
        }
        return page.page();
    }

    private void read(CompilationUnitTree unit) {
        Map<String, String> loggers = new HashMap<>();
        unit.accept(new TreeScanner<Void, Void>() {
            @Override
            public Void visitVariable(VariableTree variable, Void nothing) {
                logger(variable.getInitializer()).ifPresent(
                        name -> loggers.put(variable.getName().toString(), name));
                return super.visitVariable(variable, nothing);
            }
        }, null);
        unit.accept(new TreeScanner<Void, Void>() {
            @Override
            public Void visitMethodInvocation(MethodInvocationTree call, Void nothing) {
                if (call.getMethodSelect() instanceof MemberSelectTree method
                        && !call.getArguments().isEmpty()
                        && LEVELS.contains(method.getIdentifier().toString())) {
                    Optional.ofNullable(loggers.get(method.getExpression().toString()))
                            .or(() -> logger(method.getExpression()))
                            .ifPresent(name -> events.add(new Event(name, method.getIdentifier().toString(),
                                    event(call.getArguments()))));
                }
                return super.visitMethodInvocation(call, nothing);
            }
        }, null);
    }

    /** The name of the logger that {@code getLogger("…")} gives, where this is such a call. */
    private static Optional<String> logger(Tree tree) {
        return tree instanceof MethodInvocationTree call && call.getArguments().size() == 1
                && call.getMethodSelect().toString().endsWith("LoggerFactory.getLogger")
                && call.getArguments().get(0) instanceof LiteralTree name
                ? Optional.of(name.getValue().toString()) : Optional.empty();
    }

    /** The message with what is filled in named by its source: {@code <service> is down: <reason>}. */
    private static String event(List<? extends ExpressionTree> arguments) {
        StringBuilder text = new StringBuilder(literal(arguments.get(0)));
        for (int i = 1; i < arguments.size(); i++) {
            int at = text.indexOf("{}");
            if (at >= 0) {
                text.replace(at, at + 2, '<' + named(arguments.get(i)) + '>');
            }
        }
        return text.toString();
    }

    private static String literal(ExpressionTree tree) {
        if (tree instanceof LiteralTree text) {
            return String.valueOf(text.getValue());
        }
        if (tree instanceof BinaryTree sum && sum.getKind() == Tree.Kind.PLUS) {
            return literal(sum.getLeftOperand()) + literal(sum.getRightOperand());
        }
        if (tree instanceof ParenthesizedTree inner) {
            return literal(inner.getExpression());
        }
        return '<' + named(tree) + '>';
    }

    /** The last name that tells something. */
    private static String named(ExpressionTree tree) {
        if (tree instanceof MethodInvocationTree call) {
            String method = call.getMethodSelect() instanceof MemberSelectTree member
                    ? member.getIdentifier().toString() : call.getMethodSelect().toString();
            if (PLAIN.containsKey(method)) {
                return PLAIN.get(method);
            }
            if (!TELLING_NOTHING.matcher(method).matches()) {
                return method;
            }
            return call.getArguments().isEmpty()
                    ? named(((MemberSelectTree) call.getMethodSelect()).getExpression())
                    : named(call.getArguments().get(call.getArguments().size() - 1));
        }
        if (tree instanceof MemberSelectTree member) {
            return member.getIdentifier().toString();
        }
        if (tree instanceof ParenthesizedTree inner) {
            return named(inner.getExpression());
        }
        return tree instanceof IdentifierTree name ? name.getName().toString() : "…";
    }

    private String page() {
        StringBuilder text = new StringBuilder("# Log events\n\n");
        text.append(Markdown.note("the sources")).append("""
                A line is `TIME LEVEL LOGGER - TEXT`. [Operations](operations.md#logging) says how levels are set;
                `debug` is off unless set. What stands in `<…>` is filled in. Lines put together elsewhere, such as
                the audit log's, are shown by what they consist of.

                """).append(Markdown.head("logger", "level", "event"));
        events.forEach(event -> text.append(Markdown.row(code(event.logger),
                event.level.toUpperCase(Locale.ROOT), code(event.text.replace('`', '\'')))));
        return text.toString();
    }
}

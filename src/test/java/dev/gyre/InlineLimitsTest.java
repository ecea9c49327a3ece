package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A list of methods that nobody has, or that the JVM does not take, would limit nothing in silence. */
class InlineLimitsTest {

    @TempDir
    Path directory;

    @Test
    void everyMethodOfTheListIsOneOfItsClass() throws Exception {
        List<String> methods = InlineLimits.methods();
        assertThat(methods).hasSizeGreaterThan(50).isSorted().doesNotHaveDuplicates()
                .allMatch(InlineLimitsTest::exists);
    }

    private static boolean exists(String method) {
        int dot = method.lastIndexOf('.');
        String name = method.substring(dot + 1);
        try {
            Class<?> type = Class.forName(method.substring(0, dot).replace('/', '.'), false,
                    InlineLimits.class.getClassLoader());
            return name.equals("<init>")
                    || Arrays.stream(type.getDeclaredMethods()).anyMatch(m -> m.getName().equals(name));
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    @Test
    void aNodeGivesTheListToItsJvmWithoutAFlag() throws Exception {
        try (Origin origin = Origin.saying("hello");
             GyreProcess node = GyreProcess.node(directory, before(origin))) {
            assertThat(node.await("inline limits"))
                    .endsWith("inline limits on methods=" + InlineLimits.methods().size());
            assertThat(jcmd(node, "Compiler.directives_print"))
                    .contains("-io/netty/channel/AbstractChannelHandlerContext.write");
            assertServes(node);
        }
    }

    @Test
    void directivesOfTheUserStayAlone() throws Exception {
        Path own = Files.writeString(directory.resolve("own.json"),
                "[{match: \"a/B.c\", c2: {Exclude: true}}]");
        try (Origin origin = Origin.saying("hello");
             GyreProcess node = GyreProcess.node(directory, before(origin),
                     "-XX:+UnlockDiagnosticVMOptions", "-XX:CompilerDirectivesFile=" + own)) {
            assertThat(node.await("inline limits"))
                    .endsWith("off reason=\"-XX:CompilerDirectivesFile is set\"");
            assertThat(jcmd(node, "Compiler.directives_print")).doesNotContain("io/netty");
            assertServes(node);
        }
    }

    @Test
    void whereTheListCannotBeWrittenTheNodeServesWithoutIt() throws Exception {
        try (Origin origin = Origin.saying("hello");
             GyreProcess node = GyreProcess.node(directory, before(origin),
                     "-Djava.io.tmpdir=/proc/1")) {
            assertThat(node.await("inline limits")).contains("off reason=").contains("/proc/1/gyre-inlining");
            assertServes(node);
        }
    }

    private static JsonObject before(Origin origin) {
        return new JsonObject().put("services", new JsonObject()
                .put("web", new JsonObject().put("backends", new JsonArray().add(origin.url()))));
    }

    private static void assertServes(GyreProcess node) throws Exception {
        try (Wire client = Wire.to(node.port())) {
            assertThat(client.get("/").readAnswer().body()).isEqualTo("hello");
        }
    }

    private static String jcmd(GyreProcess node, String command) throws Exception {
        Process jcmd = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(node.pid()), command).redirectErrorStream(true).start();
        return new String(jcmd.getInputStream().readAllBytes());
    }
}

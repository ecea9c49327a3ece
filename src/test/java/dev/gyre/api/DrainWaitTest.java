package dev.gyre.api;

import static dev.gyre.api.Doors.command;
import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.await;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.api.Doors.Answer;
import dev.gyre.api.Doors.Said;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who waits for a drain is answered when the last request is through, and not before. */
class DrainWaitTest {

    private Doors doors;

    @BeforeEach
    void open() throws Exception {
        doors = new Doors(web(A, B), Optional.empty());
    }

    @AfterEach
    void close() throws Exception {
        doors.close();
    }

    private CompletableFuture<Answer> sent(JsonObject command) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return doors.http(command);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void theAnswerComesWithTheLastRequest() throws Exception {
        doors.sees("web", A, 2);
        CompletableFuture<Answer> answer =
                sent(command("backend.drain", "service", "web", "url", A.toString(), "wait", true));
        await(() -> doors.node.backend("web", A).orElseThrow().draining());
        doors.sees("web", A, 1);
        // Another command, on the same doors, is not held up by the one that waits.
        doors.http(command("backend.list"));
        assertThat(answer).isNotDone();
        doors.sees("web", A, 0);
        JsonObject reply = answer.get().reply();
        assertThat(reply.getBoolean("ok")).isTrue();
        assertThat(reply.getBoolean("drained")).isTrue();
        assertThat(reply.getJsonObject("backend").getString("state")).isEqualTo("draining");
    }

    @Test
    void theTimeoutNamesWhatIsLeft() throws Exception {
        doors.sees("web", A, 3);
        JsonObject reply = doors.http(command("backend.drain", "service", "web", "url", A.toString(),
                "wait", true, "timeout", "60ms")).reply();
        assertThat(reply.getBoolean("ok")).isTrue();
        assertThat(reply.getBoolean("drained")).isFalse();
        assertThat(reply.getInteger("inFlight")).isEqualTo(3);
        Said said = doors.cli("backend", "drain", "web", A.toString(), "--wait", "--timeout", "60ms");
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.out()).isEqualTo("web/http://10.0.0.5:9001 is draining already (no change); "
                + "still in flight at the timeout: 3\n");
    }

    @Test
    void aTimeoutOfNothingLooksOnce() throws Exception {
        doors.sees("web", A, 3);
        assertThat(doors.http(command("backend.drain", "service", "web", "url", A.toString(), "wait", true,
                "timeout", "0s")).reply().getBoolean("drained")).isFalse();
    }

    @Test
    void aRemovalCanBeWaitedForToo() throws Exception {
        doors.sees("web", A, 2);
        CompletableFuture<Answer> answer =
                sent(command("backend.remove", "service", "web", "url", A.toString(), "wait", true));
        await(() -> doors.node.backend("web", A).isEmpty());
        assertThat(answer).isNotDone();
        // Gone from what the node sees altogether, connections closed.
        doors.stats.clear();
        assertThat(answer.get().reply().getBoolean("drained")).isTrue();
    }

    @Test
    void withoutWaitNobodyWaits() throws Exception {
        doors.sees("web", A, 2);
        assertThat(doors.http(command("backend.drain", "service", "web", "url", A.toString())).reply()
                .containsKey("drained")).isFalse();
    }
}

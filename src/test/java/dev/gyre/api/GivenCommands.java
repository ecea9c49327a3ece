package dev.gyre.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.api.Doors.Answer;
import dev.gyre.registry.Node;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/** A node that is given any number of commands, and must carry out or refuse each of them. */
public final class GivenCommands {

    /** So many find a node that others have changed; then it is a new one. */
    private static final int COMMANDS_OF_A_NODE = 300;
    private static final List<Integer> REFUSALS = List.of(400, 404, 409, 503);

    private Doors doors;
    private int given;

    public void give(JsonObject command) throws Exception {
        if (given++ % COMMANDS_OF_A_NODE == 0) {
            close();
            doors = new Doors(Node.web(Node.A, Node.B), Optional.empty());
        }
        Answer answer = doors.bus(command);
        if (answer.code() == 200) {
            assertThat(answer.reply().getBoolean("ok")).as("%s", command).isTrue();
        } else {
            assertThat(answer.code()).as("%s: %s", command, answer.refusal()).isIn(REFUSALS);
            assertThat(answer.refusal()).as("%s", command).isNotBlank();
        }
    }

    public void close() throws Exception {
        if (doors != null) {
            doors.close();
            doors = null;
        }
    }
}

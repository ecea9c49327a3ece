package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendId;
import dev.gyre.model.Service;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What comes of two commands at once, pair by pair, as the tables of the page on the registry have it. */
class CommandPairsTest {

    private static final BackendId ID = new BackendId("web", A);
    private static final Map<String, Command> COMMANDS = Map.ofEntries(
            Map.entry("add", new BackendCommand.Add("web", A, Optional.of(6))),
            Map.entry("remove", new BackendCommand.Remove("web", A)),
            Map.entry("drain", new BackendCommand.Drain("web", A, Optional.of(Duration.ofMinutes(10)))),
            Map.entry("resume", new BackendCommand.Resume("web", A)),
            Map.entry("weight", new BackendCommand.Weight("web", A, 7)),
            Map.entry("zone", new BackendCommand.Add("web", A,
                    new BackendCommand.Wish(Optional.empty(), Optional.of("z7")))),
            Map.entry("reset", ResetCommand.backend(ID, Optional.empty())),
            Map.entry("announce", new DiscoveryCommand.Announce(ID, Optional.of(8), Duration.ofSeconds(20))),
            Map.entry("leave", new DiscoveryCommand.Leave(ID)),
            Map.entry("put", put("maxQueue", 7)), Map.entry("put other", put("maxConnections", 78)),
            Map.entry("hold", new HoldCommand.Hold("web", Duration.ofMinutes(1))),
            Map.entry("release", new HoldCommand.Release("web")),
            Map.entry("service.reset", ResetCommand.service("web", Optional.empty())),
            Map.entry("service.remove", new ServiceCommand.Remove("web", true)));

    private static Command put(String setting, int value) {
        return new ServiceCommand.Put("web", new JsonObject().put("pool",
                new JsonObject().put(setting, value)), Map.of());
    }

    /** The operator has set, drained and held; the backend has announced itself. */
    private static RegistryState start() throws CommandRefused {
        RegistryState state = RegistryState.of(Entries.empty(), Instant.EPOCH);
        List<Command> before = List.of(new Declare(web(A, B), false),
                new DiscoveryCommand.Announce(ID, Optional.empty(), Duration.ofSeconds(10)),
                new BackendCommand.Add("web", A, new BackendCommand.Wish(Optional.of(5), Optional.of("z5"))),
                new BackendCommand.Drain("web", A, Optional.empty()), put("maxQueue", 5),
                new HoldCommand.Hold("web", Duration.ofMinutes(5)));
        for (Command command : before) {
            state = after(state, command, state.entries().all().size() + 1, 1);
        }
        return state;
    }

    private static RegistryState after(RegistryState state, Command command, long wall, long node)
            throws CommandRefused {
        Stamp stamp = new Stamp(wall, 0, node);
        return state.with(command.on(state, stamp).entries());
    }

    private static String seen(RegistryState state) {
        Service web = state.topology().services().get("web");
        return web == null ? "gone" : web.backends().stream().map(CommandPairsTest::seen)
                .collect(Collectors.joining(", ")) + ", " + web.policy().pool() + ", held " + web.heldUntil();
    }

    private static String seen(Backend backend) {
        return backend.url() + " weight " + backend.weight() + " zone " + backend.zone() + " draining "
                + backend.draining();
    }

    private static RegistryState merged(Command earlier, Command later) throws CommandRefused {
        RegistryState start = start();
        RegistryState one = after(start, earlier, 100, 1);
        RegistryState other = after(start, later, 200, 2);
        RegistryState merged = RegistryState.of(one.entries().merge(other.entries()), Instant.EPOCH);
        assertThat(RegistryState.of(other.entries().merge(one.entries()), Instant.EPOCH).entries())
                .isEqualTo(merged.entries());
        return merged;
    }

    @ParameterizedTest
    @CsvSource({"remove,drain", "remove,resume", "remove,weight", "remove,zone", "remove,reset",
        "remove,announce", "remove,leave", "remove,remove", "remove,add",
        "service.remove,put", "service.remove,hold", "service.remove,release", "service.remove,service.reset",
        "service.remove,service.remove", "service.remove,weight", "service.remove,drain"})
    void whatIsRemovedIsGoneWhicheverIsLater(String removal, String other) throws Exception {
        for (RegistryState merged : List.of(merged(COMMANDS.get(removal), COMMANDS.get(other)),
                merged(COMMANDS.get(other), COMMANDS.get(removal)))) {
            assertThat(seen(merged)).doesNotContain(A + " ");
        }
    }

    @ParameterizedTest
    @CsvSource({"add,drain", "add,resume", "add,zone", "add,announce", "add,leave", "drain,weight",
        "drain,zone", "drain,announce", "drain,leave", "resume,weight", "resume,zone", "resume,announce",
        "resume,leave", "weight,zone", "weight,announce", "weight,leave", "zone,announce", "zone,leave",
        "reset,announce", "reset,leave", "put,put other", "put,hold", "put,release", "put other,hold",
        "put other,release", "release,service.reset", "put,weight", "hold,drain", "service.reset,weight",
        "put,remove"})
    void commandsAboutDifferentFieldsBothHoldWhicheverIsLater(String one, String other) throws Exception {
        RegistryState forth = merged(COMMANDS.get(one), COMMANDS.get(other));
        RegistryState back = merged(COMMANDS.get(other), COMMANDS.get(one));
        assertThat(seen(forth)).isEqualTo(seen(back)).isEqualTo(seen(after(after(start(), COMMANDS.get(one),
                100, 1), COMMANDS.get(other), 200, 1)));
    }

    @ParameterizedTest
    @CsvSource({"add,weight", "add,reset", "drain,resume", "drain,reset", "resume,reset", "weight,reset",
        "zone,reset", "announce,leave", "put,service.reset", "hold,release", "hold,service.reset"})
    void ofCommandsAboutOneFieldTheLaterCounts(String one, String other) throws Exception {
        for (List<String> order : List.of(List.of(one, other), List.of(other, one))) {
            Command earlier = COMMANDS.get(order.get(0));
            Command later = COMMANDS.get(order.get(1));
            assertThat(seen(merged(earlier, later))).as("%s", order)
                    .isEqualTo(seen(after(after(start(), earlier, 100, 1), later, 200, 1)));
        }
    }
}

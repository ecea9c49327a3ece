package dev.gyre.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.gyre.model.ExchangeListener;
import dev.gyre.model.ExchangePhase;
import dev.gyre.model.Failure;
import dev.gyre.model.FinishedExchange;
import dev.gyre.model.FinishedExchange.Bytes;
import dev.gyre.model.FinishedExchange.End;
import dev.gyre.model.FinishedExchange.Times;
import dev.gyre.model.Origin;
import dev.gyre.model.Peer;
import dev.gyre.model.RequestCount;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.StatusClass;
import dev.gyre.model.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestCountersTest {

    private static final Optional<String> WEB = Optional.of("web");

    private final RequestCounters counters = new RequestCounters();

    private static FinishedExchange ended(Optional<String> service, End end) {
        return new FinishedExchange(new Peer("127.0.0.1", false), 80, Optional.empty(),
                service.map(name -> new Route("*", "/*", name, Origin.CONFIG)), List.of(),
                Times.ofHead(0, 0), Bytes.NONE, end);
    }

    private static End end(int status, Optional<Failure> failure) {
        return failure.map(why -> End.failed(status, why, ExchangePhase.SELECTING))
                .orElseGet(() -> End.answered(status, Optional.empty(), ExchangePhase.ANSWERING));
    }

    private static Topology topology(String... services) {
        return new Topology(Stream.of(services).collect(Collectors.toMap(Function.identity(),
                name -> new Service(name, ServicePolicy.DEFAULT, List.of(), Origin.CONFIG))), List.of(), "1");
    }

    private List<RequestCount> some() {
        return counters.counts().stream().filter(count -> count.requests() > 0).toList();
    }

    @Test
    void everyEndHasACountOfItsOwn() {
        ExchangeListener loop = counters.listener();
        List<RequestCount> expected = new ArrayList<>();
        for (Optional<String> service : List.of(Optional.<String>empty(), WEB)) {
            for (int i = 0; i <= Failure.values().length; i++) {
                Optional<Failure> failure = i == 0 ? Optional.empty() : Optional.of(Failure.values()[i - 1]);
                for (StatusClass code : StatusClass.values()) {
                    int status = 100 * code.ordinal();
                    for (int times = 0; times <= i + code.ordinal(); times++) {
                        loop.finished(ended(service, end(status, failure)));
                    }
                    expected.add(new RequestCount(service, code, failure, i + code.ordinal() + 1));
                }
            }
        }
        assertThat(some()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0, NONE", "101, INFORMATIONAL", "204, SUCCESSFUL", "304, REDIRECTION", "499, CLIENT_ERROR",
        "500, SERVER_ERROR", "599, SERVER_ERROR", "600, SERVER_ERROR", "999, SERVER_ERROR"})
    void aStatusCountsByItsClass(int status, StatusClass code) {
        counters.listener().finished(ended(WEB, end(status, Optional.empty())));
        assertThat(some()).containsExactly(new RequestCount(WEB, code, Optional.empty(), 1));
    }

    @Test
    void theLoopsAddUpWhileTheyCount() throws Exception {
        FinishedExchange exchange = ended(WEB, end(200, Optional.empty()));
        List<Thread> loops = Stream.generate(counters::listener).limit(4).map(loop -> new Thread(() -> {
            for (int i = 0; i < 10_000; i++) {
                loop.finished(exchange);
            }
        })).toList();
        loops.forEach(Thread::start);
        long before = 0;
        while (loops.stream().anyMatch(Thread::isAlive)) {
            long now = some().stream().mapToLong(RequestCount::requests).sum();
            assertThat(now).isBetween(before, 40_000L);
            before = now;
        }
        assertThat(some()).containsExactly(
                new RequestCount(WEB, StatusClass.SUCCESSFUL, Optional.empty(), 40_000));
    }

    @Test
    void aServiceIsThereBeforeItsFirstRequestAndForgottenWhenItLeaves() {
        counters.keep(topology("other", "web"));
        assertThat(counters.counts()).extracting(RequestCount::service, RequestCount::code).hasSize(8)
                .startsWith(tuple(Optional.of("other"), StatusClass.SUCCESSFUL));
        counters.listener().finished(ended(WEB, end(200, Optional.empty())));
        counters.listener().finished(ended(Optional.empty(), end(404, Optional.of(Failure.NO_ROUTE))));
        counters.keep(topology("other"));
        assertThat(counters.counts().stream().collect(Collectors.groupingBy(RequestCount::service,
                Collectors.summingLong(RequestCount::requests))))
                .isEqualTo(Map.of(Optional.empty(), 1L, Optional.of("other"), 0L));
    }
}

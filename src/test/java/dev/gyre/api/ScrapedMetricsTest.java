package dev.gyre.api;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.BackendHealth;
import dev.gyre.model.BackendId;
import dev.gyre.model.ConcurrencyStats;
import dev.gyre.model.Condition;
import dev.gyre.model.Failure;
import dev.gyre.model.HoldStats;
import dev.gyre.model.NameStatus;
import dev.gyre.model.Priority;
import dev.gyre.model.ProbeCount;
import dev.gyre.model.RequestCount;
import dev.gyre.model.RetryStats;
import dev.gyre.model.StatusClass;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Dashboards and alerts name metrics and labels: none of them changes unnoticed. */
class ScrapedMetricsTest {

    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";
    private static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private static final BackendId ID = new BackendId("web", A);
    private Doors doors;

    @BeforeEach
    void open() throws Exception {
        doors = new Doors(web(A), Optional.empty());
        doors.sees("web", A, 3);
        doors.probes.put(ID, new ProbeCount(4, 3, 2, 1));
        doors.backendHealth = BackendHealth.of(Map.of(ID,
                new Condition(Condition.State.EJECTED, "5 failures in a row",
                Instant.EPOCH, Optional.empty())));
        doors.ejections.put(ID, Map.of("failures", 7L));
        doors.requests.add(new RequestCount(Optional.empty(), StatusClass.CLIENT_ERROR,
                Optional.of(Failure.NO_ROUTE), 2));
        doors.requests.add(new RequestCount(Optional.of("web"), StatusClass.SUCCESSFUL, Optional.empty(), 3));
        doors.requests.add(new RequestCount(Optional.of("web"), StatusClass.NONE,
                Optional.of(Failure.CLIENT_GONE), 1));
        doors.retries.put("web", new RetryStats(4, 3, 2, 0.5));
        doors.holds.put("web", new HoldStats(1, 2, 3));
        doors.concurrency.put("web", new ConcurrencyStats(9, 8, Map.of(Priority.CRITICAL, 1L,
                Priority.NORMAL, 2L, Priority.SHEDDABLE, 3L)));
        doors.names.put("app.test", new NameStatus(2, Optional.empty(), Instant.EPOCH,
                Optional.of(Duration.ofSeconds(5)),
                new NameStatus.Counts(6, Map.of("timeout", 1L), 2, 0, 1)));
    }

    @AfterEach
    void close() throws Exception {
        doors.close();
    }

    private HttpResponse<String> scraped(String accept) throws Exception {
        HttpRequest.Builder request = doors.request("/metrics");
        return doors.send(accept.isEmpty() ? request : request.header("Accept", accept));
    }

    private static String type(HttpResponse<String> response) {
        return response.headers().firstValue("Content-Type").orElse("");
    }

    /** All but the values, and the node's id, which chance has chosen. */
    private List<String> described(String text) {
        return text.replace(doors.node.registry.nodeId(), "NODE").lines().map(line ->
                line.startsWith("#") ? line : line.substring(0, line.lastIndexOf(' '))).toList();
    }

    @Test
    void namesTypesHelpAndLabelsStayAsRecorded() throws Exception {
        List<String> recorded = Files.readAllLines(Path.of("src/test/resources/metrics.txt"));
        assertThat(described(scraped("").body())).isEqualTo(recorded);
    }

    @Test
    void openMetricsForWhoPrefersIt() throws Exception {
        for (String accept : List.of("application/openmetrics-text", "Application/OpenMetrics-Text;q=1",
                "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=.1")) {
            assertThat(type(scraped(accept))).as(accept).isEqualTo(OPEN_METRICS);
        }
        for (String accept : List.of("", "*/*", "text/*", "text/plain", "text/html", "nonsense",
                "application/openmetrics-text;q=0", "application/openmetrics-text;q=0.1,text/plain;q=0.2")) {
            assertThat(type(scraped(accept))).as(accept).isEqualTo(PROMETHEUS);
        }
    }

    @Test
    void openMetricsHasTheSameSamplesInItsOwnForm() throws Exception {
        String prometheus = scraped("").body();
        String open = scraped("application/openmetrics-text").body();
        assertThat(samples(open)).isEqualTo(samples(prometheus)).isNotEmpty();
        List<String> lines = open.lines().toList();
        assertThat(open).endsWith("\n# EOF\n");
        assertThat(lines.subList(0, lines.size() - 1)).noneMatch("# EOF"::equals).noneMatch(String::isEmpty);
        List<String> types = lines.stream().filter(line -> line.startsWith("# TYPE ")).toList();
        assertThat(types).contains("# TYPE gyre_backend_requests counter", "# TYPE gyre_backend_queued gauge")
                .allMatch(line -> line.matches("# TYPE \\w+ (counter|gauge)") && !line.contains("_total"));
        List<String> families = types.stream().map(line -> line.split(" ")[2]).toList();
        assertThat(new TreeSet<>(families)).as("no counter and gauge share a name").hasSameSizeAs(families);
    }

    private static List<String> samples(String text) {
        return text.lines().filter(line -> !line.startsWith("#")).toList();
    }
}

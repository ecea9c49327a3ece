package dev.gyre.quota;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Fuzzed;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Whatever a report says, reading it ends in a report or in none. */
public class FuzzedQuotaReportTest {

    private static final QuotaReport REPORT = new QuotaReport("a", "5e55", 3, false, 2, Set.of("a", "b"),
            Map.of("b", 7L),
            Map.of("web http://a:1", new QuotaReport.Line(5, 1, Map.of("b", 2), Map.of("b", 1))));

    static Stream<byte[]> seeds() {
        return Stream.of(REPORT.toJson().encode(), "", "{\"lines\":{},\"roster\":[]}")
                .map(text -> text.getBytes(StandardCharsets.UTF_8));
    }

    @Fuzzed
    void holdFor(byte[] input) {
        fuzzerTestOneInput(input);
    }

    public static void fuzzerTestOneInput(byte[] input) {
        JsonObject json;
        try {
            json = new JsonObject(new String(input, StandardCharsets.UTF_8));
        } catch (DecodeException e) {
            return;
        }
        QuotaReport.fromJson(json).ifPresent(report -> assertThat(
                QuotaReport.fromJson(new JsonObject(report.toJson().encode()))).hasValue(report));
    }
}

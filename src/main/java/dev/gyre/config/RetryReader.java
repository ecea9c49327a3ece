package dev.gyre.config;

import dev.gyre.model.Hedge;
import dev.gyre.model.RetryCause;
import dev.gyre.model.RetryPolicy;
import dev.gyre.model.RetryPolicy.Backoff;
import dev.gyre.model.RetryPolicy.Budget;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** When requests are tried again, to and from JSON: the key {@code retry} of a service. */
final class RetryReader {

    private static final String HEDGES = "off, p95 or " + Durations.EXAMPLES;

    private RetryReader() { }

    static RetryPolicy read(Fields retry, RetryPolicy base) {
        Set<RetryCause> causes = EnumSet.noneOf(RetryCause.class);
        Set<Integer> statuses = new TreeSet<>();
        Optional<Value> on = retry.value("on");
        on.ifPresentOrElse(value -> value.items().forEach(item -> cause(item, causes, statuses)), () -> {
            causes.addAll(base.causes());
            statuses.addAll(base.statuses());
        });
        RetryPolicy policy = new RetryPolicy(
                retry.integer("attempts", base.attempts()), causes, statuses,
                retry.optionalDuration("perTry").or(base::perTry),
                backoff(retry.object("backoff"), base.backoff()),
                (int) retry.bytes("buffer", base.buffer()),
                budget(retry.object("budget"), base.budget()),
                hedge(retry.object("hedge"), base.hedge()));
        retry.done();
        return policy;
    }

    private static void cause(Value item, Set<RetryCause> causes, Set<Integer> statuses) {
        Optional<String> word = item.text();
        Optional<RetryCause> cause = word.flatMap(RetryCause::of);
        cause.ifPresentOrElse(causes::add, () -> word.map(Integer::valueOf).ifPresent(statuses::add));
    }

    private static Backoff backoff(Fields backoff, Backoff base) {
        Backoff read = new Backoff(backoff.duration("base", base.base()),
                backoff.duration("max", base.max()));
        backoff.done();
        return read;
    }

    private static Budget budget(Fields budget, Budget base) {
        Budget read = new Budget(
                budget.fraction("ratio", base.ratio()),
                budget.integer("perSecond", base.perSecond()));
        budget.done();
        return read;
    }

    private static Hedge hedge(Fields hedge, Hedge base) {
        Hedge read = hedge.value("after").map(value -> hedge(value, base)).orElse(base);
        hedge.done();
        return read;
    }

    private static Hedge hedge(Value after, Hedge base) {
        Optional<String> text = after.text(HEDGES);
        if (text.isEmpty()) {
            return base;
        }
        return switch (text.get()) {
            case "off" -> new Hedge.Off();
            case "p95" -> new Hedge.AfterP95();
            default -> {
                if (Durations.parse(text.get()).isEmpty()) {
                    after.refuse(HEDGES);
                    yield base;
                }
                yield new Hedge.After(after.duration());
            }
        };
    }

    static JsonObject write(RetryPolicy retry) {
        JsonArray on = new JsonArray();
        RetryCause.words().stream().filter(word -> retry.causes().contains(RetryCause.of(word).orElseThrow()))
                .forEach(on::add);
        new TreeSet<>(retry.statuses()).forEach(status -> on.add(status.toString()));
        JsonObject json = new JsonObject()
                .put("attempts", retry.attempts())
                .put("on", on)
                .put("backoff", new JsonObject()
                        .put("base", Durations.text(retry.backoff().base()))
                        .put("max", Durations.text(retry.backoff().max())))
                .put("buffer", Sizes.text(retry.buffer()))
                .put("budget", new JsonObject()
                        .put("ratio", retry.budget().ratio())
                        .put("perSecond", retry.budget().perSecond()))
                .put("hedge", new JsonObject().put("after", text(retry.hedge())));
        retry.perTry().ifPresent(limit -> json.put("perTry", Durations.text(limit)));
        return json;
    }

    private static String text(Hedge hedge) {
        if (hedge instanceof Hedge.After after) {
            return Durations.text(after.time());
        }
        return hedge instanceof Hedge.AfterP95 ? "p95" : "off";
    }
}

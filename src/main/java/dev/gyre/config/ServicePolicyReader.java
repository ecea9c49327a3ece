package dev.gyre.config;

import dev.gyre.model.HostHeader;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.Scope;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Timeouts;
import io.vertx.core.json.JsonObject;

/**
 * How a service treats its backends, to and from JSON: all of a service's keys but {@code backends}. Config
 * and commands share it, so that both refuse the same things in the same words.
 */
public final class ServicePolicyReader {

    private ServicePolicyReader() { }

    /** What is absent keeps its default. */
    public static Checked<ServicePolicy> read(String path, JsonObject json) {
        return read(path, json, ServicePolicy.DEFAULT);
    }

    /**
     * @param path where {@code json} stands; empty for a command
     * @param json those keys and no other
     * @param base gives what is absent
     */
    public static Checked<ServicePolicy> read(String path, JsonObject json, ServicePolicy base) {
        Fields fields = new Fields(path, json, SettingsTable.POLICY, new Findings());
        ServicePolicy policy = read(fields, base);
        fields.done();
        return fields.findings().check(policy);
    }

    /** Reads its own keys only; the caller may read others and ends with {@link Fields#done}. */
    static ServicePolicy read(Fields fields, ServicePolicy base) {
        return new ServicePolicy(
                BalanceReader.read(fields, base.balance()),
                fields.text("host").map(HostHeader::of).orElse(base.host()),
                pool(fields.object("pool"), base.pool()),
                timeouts(fields.object("timeouts"), base.timeouts()),
                RetryReader.read(fields.object("retry"), base.retry()),
                EjectionReader.read(fields.object("ejection"), base.ejection()),
                HealthReader.read(fields.object("health"), base.health()),
                HoldReader.read(fields.object("hold"), base.hold()),
                ConcurrencyLimitReader.read(fields, base.limit()),
                BackendTlsReader.read(fields.object("tls"), base.tls()),
                TunnelReader.read(fields, base.tunnels()));
    }

    /** The JSON that {@link #read(String, JsonObject)} reads back, every key written out. */
    public static JsonObject write(ServicePolicy policy) {
        PoolPolicy pool = policy.pool();
        Timeouts timeouts = policy.timeouts();
        JsonObject limits = new JsonObject()
                .put("connect", Durations.text(timeouts.connect()))
                .put("firstByte", Durations.text(timeouts.firstByte()))
                .put("idle", Durations.text(timeouts.idle()));
        timeouts.request().ifPresent(limit -> limits.put("request", Durations.text(limit)));
        return TunnelReader.write(policy.tunnels(), BalanceReader.write(policy.balance(), new JsonObject()))
                .put("host", policy.host().text())
                .put("pool", new JsonObject()
                        .put("maxConnections", pool.maxConnections())
                        .put("scope", pool.scope().word())
                        .put("maxQueue", pool.maxQueue())
                        .put("queueTimeout", Durations.text(pool.queueTimeout()))
                        .put("keepAlive", Durations.text(pool.keepAlive())))
                .put("timeouts", limits)
                .put("retry", RetryReader.write(policy.retry()))
                .put("ejection", EjectionReader.write(policy.ejection()))
                .put("health", HealthReader.write(policy.health()))
                .put("hold", HoldReader.write(policy.hold()))
                .put("limit", ConcurrencyLimitReader.write(policy.limit()))
                .put("tls", BackendTlsReader.write(policy.tls()));
    }

    private static PoolPolicy pool(Fields pool, PoolPolicy base) {
        PoolPolicy policy = new PoolPolicy(
                pool.integer("maxConnections", base.maxConnections()),
                pool.word("scope", Scope::of).orElse(base.scope()),
                pool.integer("maxQueue", base.maxQueue()),
                pool.duration("queueTimeout", base.queueTimeout()),
                pool.duration("keepAlive", base.keepAlive()));
        pool.done();
        return policy;
    }

    private static Timeouts timeouts(Fields timeouts, Timeouts base) {
        Timeouts read = new Timeouts(
                timeouts.duration("connect", base.connect()),
                timeouts.duration("firstByte", base.firstByte()),
                timeouts.duration("idle", base.idle()),
                timeouts.optionalDuration("request").or(base::request));
        timeouts.done();
        return read;
    }
}

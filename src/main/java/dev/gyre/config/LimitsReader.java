package dev.gyre.config;

import dev.gyre.model.Limits;

/** The config's key {@code limits}. */
final class LimitsReader {

    private LimitsReader() { }

    static Limits limits(Fields top) {
        Limits base = Limits.DEFAULT;
        Fields fields = top.object("limits");
        Limits limits = new Limits(
                fields.optionalInteger("connections"),
                fields.optionalInteger("connectionsPerAddress"),
                fields.optionalInteger("requestsPerConnection"),
                (int) fields.bytes("requestLine", base.requestLine()),
                (int) fields.bytes("headers", base.headers()),
                fields.integer("headerCount", base.headerCount()),
                fields.duration("head", base.head()),
                fields.duration("idle", base.idle()),
                fields.bytes("minRate", base.minRate()),
                fields.duration("minRateBurst", base.minRateBurst()),
                fields.optionalBytes("maxBody"), fields.flag("halfClose", base.halfClose()),
                fields.optionalInteger("handshakes"), fields.optionalInteger("handshakesPerAddress"));
        fields.done();
        return limits;
    }
}

package dev.gyre.cluster;

import dev.gyre.cluster.ClusterNode.Standing;
import dev.gyre.cluster.RefusedMessages.Reason;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * Questions of one node to another, by its id. Question and answer are signed, the answer for this question
 * only.
 */
final class NodeRpc {

    private static final String ADDRESS = "gyre.node.";
    private static final String PURPOSE = "call";
    private static final String PARTS = "parts";
    private static final DeliveryOptions PATIENCE = new DeliveryOptions().setSendTimeout(2_000);

    private final Vertx vertx;
    private final ClusterNode node;
    private final MessageAuthenticator authenticator;
    private final RefusedMessages rejections;

    NodeRpc(Vertx vertx, ClusterNode node, MessageAuthenticator authenticator, RefusedMessages rejections) {
        this.vertx = vertx;
        this.node = node;
        this.authenticator = authenticator;
        this.rejections = rejections;
    }

    Future<Void> listen(String ownId) {
        return vertx.eventBus().consumer(ADDRESS + ownId, this::asked).completion();
    }

    private void asked(Message<Object> message) {
        Optional<JsonObject> question = authenticator.verify(PURPOSE, message.body()).map(JsonObject::new);
        if (question.isEmpty()) {
            rejections.refuse(Reason.WRONG_SEAL, "a question");
            message.fail(401, "not sealed by a node of this cluster");
            return;
        }
        String purpose = purpose((String) message.body());
        answer(question.get())
                .onComplete(answer -> message.reply(authenticator.sign(purpose, answer.encode())),
                failure -> message.fail(500, failure.getMessage()));
    }

    private Future<JsonObject> answer(JsonObject question) {
        if (question.getValue(PARTS) instanceof JsonArray parts) {
            return Future.succeededFuture(node.declared().differing(parts));
        }
        BackendId backend = new BackendId(question.getString("service"),
                BackendUrl.parse(question.getString("url")));
        return node.standing(backend).map(standing -> new JsonObject().put("served", standing.served())
                .put("inFlight", standing.inFlight()));
    }

    /** An answer is valid only for its question. */
    private static String purpose(String question) {
        return "answer to " + question;
    }

    /** The state of a backend on another node; {@code nonce} makes the question unique. */
    Future<Standing> standing(String id, BackendId backend, String nonce) {
        return ask(id, new JsonObject().put("service", backend.service())
                .put("url", backend.url().toString()), nonce).map(json ->
                new Standing(json.getBoolean("served"), json.getLong("inFlight")));
    }

    /** The part of another node's declared config that differs from this node's. */
    Future<JsonObject> declared(String id, String nonce) {
        return ask(id, new JsonObject().put(PARTS, node.declared().parts()), nonce);
    }

    private Future<JsonObject> ask(String id, JsonObject what, String nonce) {
        String question = authenticator.sign(PURPOSE, what.put("nonce", nonce).encode());
        return vertx.eventBus().request(ADDRESS + id, question, PATIENCE).compose(reply ->
                authenticator.verify(purpose(question), reply.body()).map(JsonObject::new)
                        .map(Future::succeededFuture)
                        .orElseGet(() -> {
                            rejections.refuse(Reason.WRONG_SEAL, "an answer");
                            return Future.failedFuture("its answer is not sealed by a node of this cluster");
                        }));
    }
}

package dev.gyre.kit;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;

/** What every answer of Gyre's own must look like. */
public final class ProblemAnswer {

    private ProblemAnswer() {
    }

    /**
     * @param proxyError the error token of Proxy-Status
     * @param word       the failure's word in the body; both as regular expressions
     */
    public static void check(Wire.Answer answer, int status, String proxyError, String word) {
        assertThat(answer.status()).as(answer.head() + "\n" + answer.body()).isEqualTo(status);
        assertThat(answer.head().startLine()).startsWith("HTTP/1.1 ");
        assertThat(answer.head().all("Date")).hasSize(1);
        assertThat(answer.head().has("Allow")).isEqualTo(status == 405);
        assertThat(answer.head().all("Content-Type")).containsExactly("application/problem+json");
        assertThat(answer.head().all("Proxy-Status")).singleElement().asString()
                .matches("gyre; error=" + proxyError + "; details=\"[^\"]+\"");
        assertThat(answer.head().all("Retry-After")).hasSize(status == 503 ? 1 : 0);
        JsonObject body = new JsonObject(answer.body());
        assertThat(body.getInteger("status")).isEqualTo(status);
        assertThat(body.getString("error")).matches(word);
        assertThat(body.getString("title")).isEqualTo(answer.head().startLine().split(" ", 3)[2]);
        assertThat(body.getString("detail")).isNotEmpty();
    }
}

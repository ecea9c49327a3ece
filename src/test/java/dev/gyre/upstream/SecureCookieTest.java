package dev.gyre.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Sticky;
import io.vertx.core.http.HttpHeaders;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A cookie that was given over TLS is sent over nothing else; one given in clear text must come back so. */
class SecureCookieTest {

    @Test
    void aCookieIsSecureWhereItsRequestWas() {
        BackendId backend = new BackendId("web", BackendUrl.parse("http://a:1"));
        StickyNames names = new StickyNames(new Sticky("keep", Optional.of(Duration.ofHours(1))), Map.of(),
                Map.of(backend, "name"));
        assertThat(names.bind(HttpHeaders.headers(), backend, true))
                .hasValue("keep=name; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=3600");
        assertThat(names.bind(HttpHeaders.headers(), backend, false))
                .hasValue("keep=name; Path=/; HttpOnly; SameSite=Lax; Max-Age=3600");
    }
}

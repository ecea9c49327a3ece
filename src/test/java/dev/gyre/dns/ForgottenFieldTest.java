package dev.gyre.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.BackendNetworks;
import dev.gyre.dns.Reply.Found;
import dev.gyre.dns.Reply.None;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import dev.gyre.model.Route;
import dev.gyre.model.Scheme;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whatever an operator wants of a service or a backend is so for its addresses as well. */
class ForgottenFieldTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant ADDED = START.minusSeconds(3600);
    private static final BackendUrl APP = new BackendUrl("app.test", 80);
    private static final Backend NAMED = new Backend(APP, 7, true, Origin.OPERATOR, Optional.of("eu-1"),
            Optional.of(ADDED));
    private static final Backend PLAIN = new Backend(new BackendUrl("10.0.0.9", 80), 1, false, Origin.CONFIG);
    private static final Service WEB = new Service("web", ServicePolicy.DEFAULT, List.of(PLAIN, NAMED),
            Origin.CONFIG, Optional.of(START));
    private static final Service OTHER = new Service("other", ServicePolicy.DEFAULT, List.of(PLAIN),
            Origin.CONFIG);
    private static final Topology WANTED = new Topology(Map.of("web", WEB, "other", OTHER),
            List.of(new Route("*", "/*", "web", OptionalLong.empty(), Optional.empty(),
                    Origin.CONFIG)), "v1");

    private static Resolution known(String... addresses) {
        return Resolution.nothing(START).after(Map.of(RecordType.A, addresses.length == 0
                ? new None(LookupFailure.SERVFAIL, "SERVFAIL from 10.0.0.53:53")
                : new Found(List.of(addresses), Duration.ofSeconds(30))), START);
    }

    private static Topology shown(Resolution known) {
        AddressExpansion expansion = new AddressExpansion(BackendNetworks.DEFAULT);
        expansion.want(WANTED);
        return expansion.topology(name -> known, Set.of());
    }

    private static Service web(Resolution known) {
        return shown(known).services().get("web");
    }

    @Test
    void urlsOfOneNameThatDifferBySchemeAreExpandedEach() {
        Backend tls = new Backend(new BackendUrl(Scheme.HTTPS, "app.test", 80), 1, false, Origin.CONFIG);
        Service both = new Service("web", ServicePolicy.DEFAULT, List.of(NAMED, tls), Origin.CONFIG);
        Topology wanted = new Topology(Map.of("web", both), List.of(), "v1");
        AddressExpansion expansion = new AddressExpansion(BackendNetworks.DEFAULT);
        assertThat(expansion.want(wanted).came()).containsExactly("app.test");
        assertThat(expansion.topology(name -> known("10.1.0.1"), Set.of()).services().get("web").backends())
                .extracting(backend -> both.id(backend).name())
                .containsExactly("http://app.test:80@10.1.0.1", "https://app.test:80@10.1.0.1");
        assertThat(expansion.topology(name -> known(), Set.of("app.test")).services().get("web").unresolved())
                .containsOnlyKeys(NAMED.url(), tls.url());
    }

    /** The components in which the two differ. */
    private static List<String> differing(Record one, Record other) throws ReflectiveOperationException {
        List<String> names = new ArrayList<>();
        for (RecordComponent component : one.getClass().getRecordComponents()) {
            if (!component.getAccessor().invoke(one).equals(component.getAccessor().invoke(other))) {
                names.add(component.getName());
            }
        }
        return names;
    }

    @Test
    void allButTheAddressIsAsItIsWanted() throws Exception {
        Service web = web(known("10.0.0.1", "10.0.0.2"));
        assertThat(differing(WEB, web)).containsExactly("backends");
        assertThat(web.backends()).hasSize(3).contains(PLAIN);
        assertThat(differing(NAMED, web.backends().get(1))).containsExactly("address");
        assertThat(differing(NAMED, web.backends().get(2))).containsExactly("address");
        assertThat(differing(WANTED, shown(known("10.0.0.1"))))
                .containsExactly("services");
        assertThat(shown(known("10.0.0.1")).services().get("other")).isSameAs(OTHER);
        assertThat(new AddressExpansion(BackendNetworks.DEFAULT).want(WANTED).came())
                .isEqualTo(Set.of("app.test"));
    }

    @Test
    void aNameWithoutAnAddressIsNoBackendButIsNotForgotten() throws Exception {
        Service web = web(known());
        assertThat(differing(WEB, web)).containsExactly("backends", "unresolved");
        assertThat(web.backends()).containsExactly(PLAIN);
        assertThat(web.unresolved()).isEqualTo(Map.of(APP, "SERVFAIL from 10.0.0.53:53"));
        assertThat(web(Resolution.nothing(START)).unresolved()).isEqualTo(Map.of(APP, "not resolved yet"));
    }

    /** For a slow start: a restart of the node is none of its backends. */
    @Test
    void whoIsThereFromTheFirstIsAsOldAsTheEntryAndWhoComesLaterIsNew() {
        Instant later = START.plusSeconds(60);
        Resolution next = known("10.0.0.1").after(Map.of(RecordType.A,
                new Found(List.of("10.0.0.1", "10.0.0.2"), Duration.ofSeconds(30))), later);
        assertThat(web(next).backends().stream().skip(1).map(Backend::since))
                .containsExactly(Optional.of(ADDED), Optional.of(later));
        Backend resumed = new Backend(APP, 1, false, Origin.CONFIG, Optional.empty(),
                Optional.of(later.plusSeconds(60)));
        assertThat(resumed.at("10.0.0.2", Optional.of(later)).since()).isEqualTo(resumed.since());
        Backend noRamp = new Backend(APP, 1, false, Origin.CONFIG);
        assertThat(noRamp.at("10.0.0.2", Optional.of(later)).since())
                .as("nothing that changes by itself where nobody asks").isEmpty();
    }
}

package dev.gyre.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.BackendNetworks;
import dev.gyre.dns.Reply.Found;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whatever a name stands for, and wherever a backend comes from, no request goes where no backend can be. */
class NoBackendsAddressTest {

    private static final BackendUrl NAMED = BackendUrl.parse("http://app.test:80");
    private static final BackendUrl METADATA = BackendUrl.parse("http://169.254.169.254:80");
    private static final BackendUrl PLAIN = BackendUrl.parse("http://10.0.0.9:80");

    private static Service shown(BackendNetworks networks, List<String> addresses, BackendUrl... urls) {
        Resolution known = Resolution.nothing(Instant.EPOCH).after(Map.of(RecordType.A,
                new Found(addresses, Duration.ofSeconds(30))), Instant.EPOCH);
        AddressExpansion expansion = new AddressExpansion(networks);
        expansion.want(new Topology(Map.of("web", new Service("web", ServicePolicy.DEFAULT,
                List.of(urls).stream().map(url -> new Backend(url, 1, false, Origin.OPERATOR)).toList(),
                Origin.CONFIG)), List.of(), "v1"));
        return expansion.topology(name -> known, Set.of()).services().get("web");
    }

    private static List<String> reached(Service service) {
        return service.backends().stream().map(backend -> backend.address().orElse(backend.url().host()))
                .toList();
    }

    @Test
    void aNameThatStandsForTheMetadataServiceIsLeftOutAndSaysWhy() {
        Service service = shown(BackendNetworks.DEFAULT, List.of("169.254.169.254"), NAMED, PLAIN);
        assertThat(reached(service)).containsExactly("10.0.0.9");
        assertThat(service.unresolved()).containsEntry(NAMED,
                "stands for 169.254.169.254, which is a link-local address");
    }

    @Test
    void ofSeveralAddressesTheGoodOnesServe() {
        Service service = shown(BackendNetworks.DEFAULT, List.of("0.0.0.0", "10.0.0.1", "224.0.0.1"), NAMED);
        assertThat(reached(service)).containsExactly("10.0.0.1");
        assertThat(service.unresolved()).isEmpty();
    }

    @Test
    void anAddressThatAnotherNodeLetInIsNotServed() {
        Service service = shown(BackendNetworks.DEFAULT, List.of(), METADATA, PLAIN);
        assertThat(reached(service)).containsExactly("10.0.0.9");
        assertThat(service.unresolved()).containsEntry(METADATA,
                "no backend's address: a link-local address");
    }
}

package dev.gyre.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.ResolverSettings.Server;
import dev.gyre.model.BackendUrl;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which complete names a name is short for, by the system's files, and what is a name at all. */
class ShortNamesTest {

    @Test
    void theSystemsFileIsRead() {
        ResolvConf conf = ResolvConf.of(List.of("# by hand", "; too", "", "nameserver 10.0.0.53",
                "nameserver fd00::53", "nameserver dns.local", "nameserver", "domain a.test",
                "search b.test  c.test.", "options rotate ndots:5 timeout:1", "sortlist 10.0.0.0"));
        assertThat(conf.servers()).containsExactly(new Server("10.0.0.53", 53), new Server("fd00::53", 53));
        assertThat(conf.search()).containsExactly("b.test", "c.test.");
        assertThat(conf.ndots()).isEqualTo(5);
        assertThat(ResolvConf.of(List.of()))
                .isEqualTo(new ResolvConf(List.of(new Server("127.0.0.1", 53)), List.of(), 1));
        assertThat(ResolvConf.of(List.of("options ndots:99999999", "options ndots:x")).ndots()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "app,           1, app.b.test. app.c.test. app.",
        "app.prod,      1, app.prod. app.prod.b.test. app.prod.c.test.",
        "app.prod,      2, app.prod.b.test. app.prod.c.test. app.prod.",
        "app.prod.,     5, app.prod.",
        "app,           0, app. app.b.test. app.c.test."})
    void aShortNameIsTriedInTheSearchList(String name, int ndots, String candidates) {
        assertThat(new ResolvConf(List.of(), List.of("b.test", "c.test."), ndots).candidates(name))
                .containsExactly(candidates.split(" "));
    }

    @Test
    void theRootAsASearchDomainIsNoDomain() {
        assertThat(new ResolvConf(List.of(), List.of("."), 1).candidates("app")).containsExactly("app.");
    }

    @Test
    void localhostIsThisMachine() {
        assertThat(HostsFile.ofSystem().addresses("localhost", RecordType.A)).containsExactly("127.0.0.1");
        assertThat(HostsFile.ofSystem().addresses("web.localhost.", RecordType.AAAA)).containsExactly("::1");
        assertThat(HostsFile.ofSystem().addresses("app.test", RecordType.A)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"http://10.0.0.5:80, false", "http://[fd00::1]:80, false", "http://255.255.255.255, false",
        "http://localhost:80, true", "http://app.test:80, true", "http://a1.b2, true"})
    void onlyNamesAreLookedUp(String url, boolean named) {
        assertThat(BackendUrl.parse(url).isNamed()).isEqualTo(named);
    }
}

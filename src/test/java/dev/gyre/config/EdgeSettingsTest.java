package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.Listener.UnixSocket;
import dev.gyre.config.ListenerTls.CertificatePair;
import dev.gyre.config.ListenerTls.ClientCertificates;
import dev.gyre.config.ListenerTls.Hsts;
import dev.gyre.config.Settings.AdminSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the config says of TLS, of the PROXY protocol and of Unix sockets is read, or refused in words. */
class EdgeSettingsTest {

    @Test
    void everyKeyOfAListenerIsRead() {
        assertThat(listeners("""
                {'port':80,'redirect':'https:8443','acme':'/srv/acme'},
                {'port':443,'tls':{'certificates':[{'cert':'a.pem','key':'a.key','password':'p'}],
                  'directory':'certs','default':'a.example','minVersion':'1.3','handshakeTimeout':'3s',
                  'clients':{'ca':'ca.pem','require':false,'headers':true},
                  'hsts':{'maxAge':'1h','subdomains':true,'preload':true}},
                 'proxyProtocol':{'from':['10.0.0.0/8'],'others':'accept'}},
                {'host':'unix:/run/g.sock','mode':'660','owner':'gyre:www-data'}"""))
                .containsExactly(
                        new Listener("0.0.0.0", 80, Optional.empty(), Optional.empty(), Optional.empty(),
                                OptionalInt.of(8443), Optional.of("/srv/acme")),
                        new Listener("0.0.0.0", 443, Optional.empty(), Optional.of(new ListenerTls(
                                List.of(new CertificatePair("a.pem", "a.key", Optional.of("p"))),
                                Optional.of("certs"), Optional.of("a.example"), "1.3",
                                Optional.of(new ClientCertificates("ca.pem", false, true)),
                                Duration.ofSeconds(3),
                                Optional.of(new Hsts(Duration.ofHours(1), true, true)))),
                                Optional.of(new ProxyPeers(List.of(
                                        Network.parse("10.0.0.0/8").orElseThrow()), true)),
                                OptionalInt.empty(), Optional.empty()),
                        new Listener("unix:/run/g.sock", 0, Optional.of(new UnixSocket(Optional.of("660"),
                                Optional.of("gyre:www-data"))), Optional.empty(), Optional.empty(),
                                OptionalInt.empty(), Optional.empty()));
    }

    @Test
    void tlsIsSoundByDefault() {
        assertThat(listeners("{'port':443,'tls':{'directory':'certs'}}").get(0).tls())
                .hasValue(new ListenerTls(List.of(), Optional.of("certs"), Optional.empty(), "1.2",
                        Optional.empty(), Duration.ofSeconds(10), Optional.empty()));
        assertThat(listeners("{'port':80,'redirect':'https'}").get(0).redirect()).hasValue(443);
    }

    @Test
    void theAdminPortHasTlsOfItsOwn() {
        AdminSettings admin = Read.settings(config("{'port':80}",
                "'admin':{'port':1,'tls':{'cert':'a.pem','key':'a.key','clients':{'ca':'ca.pem'}}}")).admin();
        assertThat(admin.tls()).hasValue(new AdminTls(
                new CertificatePair("a.pem", "a.key", Optional.empty()),
                Optional.of(new ClientCertificates("ca.pem", false, false))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {'port':443,'tls':{}}                       | listeners[0].tls.certificates: missing
            {'port':443,'tls':{'certificates':[{'cert':'a'}]}} | listeners[0].tls.certificates[0].key: missing
            {'port':443,'tls':{'directory':'d','minVersion':'1.1'}} | listeners[0].tls.minVersion: "1.1"
            {'port':443,'tls':{'directory':'d'},'redirect':'https'} | listeners[0].redirect: given beside tls
            {'port':80,'redirect':'https:70000'}        | listeners[0].redirect: "https:70000"
            {'port':80,'mode':'660'}                    | listeners[0].mode: given for a port
            {'host':'unix:/a','port':80}                | listeners[0].port: given for a Unix socket
            {'host':'unix:/a'},{'host':'unix:/a'}       | listeners[1]: the same port as listeners[0]
            {'port':80,'proxyProtocol':{}}              | listeners[0].proxyProtocol.from: missing
            {'port':80,'proxyProtocol':{'from':[]}}     | listeners[0].proxyProtocol.from: empty
            {'port':443,'tls':{'directory':'d','clients':{}}} | listeners[0].tls.clients.ca: missing
            """)
    void whatCannotBeMeantIsRefused(String listeners, String beginning) {
        assertThat(Read.mistakes(config(listeners, "'grace':'1s'")))
                .singleElement().asString().startsWith(beginning);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            'tls':{'cert':'a.pem'}              | services.web.tls.key: missing
            'tls':{'fingerprint':'sha256:12'}   | services.web.tls.fingerprint: "sha256:12"
            'upgrade':['web socket']            | services.web.upgrade[0]: "web socket"
            'tunnels':{'perBackend':0}          | services.web.tunnels.perBackend: 0
            """)
    void aServiceIsReadAsStrictly(String policy, String beginning) {
        assertThat(Read.mistakes("{'services':{'web':{" + policy + "}}}"))
                .singleElement().asString().startsWith(beginning);
    }

    private static List<Listener> listeners(String listeners) {
        return Read.settings(config(listeners, "'grace':'1s'")).listeners();
    }

    private static String config(String listeners, String more) {
        return "{'listeners':[" + listeners + "]," + more + ",'services':{'web':{}}}";
    }
}

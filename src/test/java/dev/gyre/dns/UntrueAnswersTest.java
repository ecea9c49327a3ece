package dev.gyre.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.ResolverSettings.Server;
import dev.gyre.dns.Reply.Answer;
import dev.gyre.dns.Reply.Found;
import dev.gyre.dns.Reply.None;
import dev.gyre.kit.Await;
import dev.gyre.kit.DnsServer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.dns.DnsResponseCode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What servers say, over real sockets: whole answers are believed for their time, parts of one never. */
class UntrueAnswersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** For a server that is silent. */
    private static final Duration SHORT = Duration.ofMillis(1500);

    private final DnsServer first = DnsServer.start();
    private final DnsServer second = DnsServer.start();
    private final MultiThreadIoEventLoopGroup group =
            new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final NameServers servers = new NameServers(group.next(), PATIENCE);
    private final NameServers hasty = new NameServers(group.next(), SHORT);

    @AfterEach
    void close() {
        servers.close();
        hasty.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        first.close();
        second.close();
    }

    private static Server server(DnsServer of) {
        return new Server("127.0.0.1", Integer.parseInt(of.address().substring("127.0.0.1:".length())));
    }

    private Answer ask(String name, RecordType type) {
        return ask(servers, name, type);
    }

    private Answer ask(NameServers by, String name, RecordType type) {
        return by.ask(List.of(server(first), server(second)), name, type).await();
    }

    private static Found found(int ttl, String... addresses) {
        return new Found(List.of(addresses), Duration.ofSeconds(ttl));
    }

    @Test
    void addressesComeSortedWithTheirTime() {
        first.says("app.test.", 30, "10.0.0.2", "fd00:0:0::1", "10.0.0.1", "10.0.0.2");
        assertThat(ask("app.test.", RecordType.A)).isEqualTo(found(30, "10.0.0.1", "10.0.0.2"));
        assertThat(ask("app.test.", RecordType.AAAA)).isEqualTo(found(30, "fd00::1"));
        assertThat(second.asked()).isEmpty();
    }

    @Test
    void ofAChainTheShortestTimeHolds() {
        first.alias("www.test.", 300, "lb.test.").alias("lb.test.", 7, "app.test.")
                .says("app.test.", 60, "10.0.0.1");
        assertThat(ask("www.test.", RecordType.A)).isEqualTo(found(7, "10.0.0.1"));
        assertThat(ask("lb.test.", RecordType.A)).isEqualTo(found(7, "10.0.0.1"));
        assertThat(ask("app.test.", RecordType.A)).isEqualTo(found(60, "10.0.0.1"));
        assertThat(((None) ask("www.test.", RecordType.AAAA)).failure()).isEqualTo(LookupFailure.EMPTY);
    }

    @Test
    void anAliasThatComesAloneIsFollowed() {
        first.alias("www.test.", 7, "app.elsewhere.");
        assertThat(((None) ask("www.test.", RecordType.A)).failure()).isEqualTo(LookupFailure.NXDOMAIN);
        assertThat(first.asked()).containsExactly("A www.test.", "A app.elsewhere.");
    }

    @Test
    void aliasesInACircleEnd() {
        first.alias("a.test.", 7, "a.test.");
        assertThat(((None) ask("a.test.", RecordType.A)).failure()).isEqualTo(LookupFailure.EMPTY);
    }

    @Test
    void whatDoesNotFitComesOverTcp() {
        String[] many = IntStream.range(1, 200).mapToObj(i -> "10.0.0." + i).toArray(String[]::new);
        first.says("app.test.", 30, many).truncates();
        Found answer = (Found) ask("app.test.", RecordType.A);
        assertThat(answer.addresses()).containsExactlyInAnyOrder(many);
        assertThat(first.asked()).containsExactly("A app.test.", "tcp A app.test.");
    }

    @Test
    void aPartOfTheAddressesDoesNotPassForAllOfThem() {
        first.says("app.test.", 30, "10.0.0.1", "10.0.0.2").truncates();
        first.refusesTcp();
        assertThat(servers.ask(List.of(server(first)), "app.test.", RecordType.A).await())
                .isEqualTo(new None(LookupFailure.TRUNCATED, "a truncated answer from " + first.address()));
        second.says("app.test.", 30, "10.0.0.1", "10.0.0.2");
        assertThat(ask("app.test.", RecordType.A)).isEqualTo(found(30, "10.0.0.1", "10.0.0.2"));
    }

    @Test
    void aServerThatFailsIsFollowedByTheNext() throws Exception {
        second.says("app.test.", 30, "10.0.0.1");
        for (DnsResponseCode code : List.of(DnsResponseCode.SERVFAIL, DnsResponseCode.REFUSED,
                DnsResponseCode.NOTIMP)) {
            first.failsWith(code);
            assertThat(ask("app.test.", RecordType.A)).isEqualTo(found(30, "10.0.0.1"));
        }
        first.isSilent();
        // The next one has no more time than the first.
        Await.until("an answer of the second", () ->
                ask(hasty, "app.test.", RecordType.A).equals(found(30, "10.0.0.1")));
    }

    @Test
    void whenAllFailTheWordsSayWhoAndWhy() {
        first.failsWith(DnsResponseCode.SERVFAIL);
        second.failsWith(DnsResponseCode.REFUSED);
        assertThat(ask("app.test.", RecordType.A))
                .isEqualTo(new None(LookupFailure.REFUSED, "REFUSED from " + second.address()));
        second.isSilent();
        assertThat(ask(hasty, "app.test.", RecordType.A)).isEqualTo(
                new None(LookupFailure.TIMEOUT, "no answer from " + second.address() + " within 1500ms"));
    }

    @Test
    void whoSaysNoIsBelieved() {
        second.says("app.test.", 30, "10.0.0.1");
        assertThat(ask("app.test.", RecordType.A))
                .isEqualTo(new None(LookupFailure.NXDOMAIN, "NXDOMAIN from " + first.address()));
        first.says("app.test.", 30);
        assertThat(ask("app.test.", RecordType.A))
                .isEqualTo(new None(LookupFailure.EMPTY, "no A record from " + first.address()));
        assertThat(second.asked()).isEmpty();
    }

    @Test
    void addressesNobodyCanConnectToAreNone() {
        first.says("app.test.", 30, "0.0.0.0", "224.0.0.1", "::");
        assertThat(Stream.of(RecordType.values()).map(type -> ((None) ask("app.test.", type)).failure()))
                .containsOnly(LookupFailure.EMPTY);
    }
}

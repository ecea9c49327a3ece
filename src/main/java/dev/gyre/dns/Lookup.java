package dev.gyre.dns;

import dev.gyre.config.ResolverSettings;
import dev.gyre.config.ResolverSettings.Server;
import dev.gyre.dns.Reply.Answer;
import dev.gyre.dns.Reply.Found;
import dev.gyre.dns.Reply.None;
import dev.gyre.model.AddressFamily;
import io.vertx.core.Future;
import java.net.Inet6Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One lookup of one name: the hosts file, then the servers, with the search list. */
final class Lookup {

    /** The hosts file has no times to live: it is read again after so long. */
    private static final Duration HOSTS_TTL = Duration.ofSeconds(10);

    private final ResolverSettings settings;
    private final NameServers servers;
    private final Set<RecordType> types;

    Lookup(ResolverSettings settings, NameServers servers) {
        this.settings = settings;
        this.servers = servers;
        this.types = switch (settings.family()) {
            case IPV4 -> Set.of(RecordType.A);
            case IPV6 -> Set.of(RecordType.AAAA);
            case ALL -> Set.of(RecordType.values());
            case AUTO -> reachesFurther() ? Set.of(RecordType.values()) : Set.of(RecordType.A);
        };
    }

    private static boolean reachesFurther() {
        try {
            return NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses)
                    .anyMatch(address -> address instanceof Inet6Address && !address.isLoopbackAddress()
                            && !address.isLinkLocalAddress());
        } catch (SocketException e) {
            return false;
        }
    }

    /** Never fails; one answer for each wanted type of record. */
    Future<Map<RecordType, Answer>> of(String name) {
        Map<RecordType, Answer> local = fromHosts(name);
        if (!local.isEmpty()) {
            return Future.succeededFuture(local);
        }
        ResolvConf system = ResolvConf.ofSystem();
        List<Server> asked = settings.servers().isEmpty() ? system.servers() : settings.servers();
        return first(asked, system.candidates(name));
    }

    /** Uses the first complete name that exists, or whose existence is unknown. */
    private Future<Map<RecordType, Answer>> first(List<Server> asked, List<String> candidates) {
        return all(asked, candidates.get(0)).compose(answers -> {
            boolean absent = answers.values().stream()
                    .allMatch(answer -> answer instanceof None none && none.failure().certain());
            return absent && candidates.size() > 1
                    ? first(asked, candidates.subList(1, candidates.size()))
                    : Future.succeededFuture(answers);
        });
    }

    private Future<Map<RecordType, Answer>> all(List<Server> asked, String name) {
        Map<RecordType, Future<Answer>> questions = new EnumMap<>(RecordType.class);
        types.forEach(type -> questions.put(type, servers.ask(asked, name, type)));
        return Future.all(List.copyOf(questions.values())).map(done -> {
            Map<RecordType, Answer> answers = new EnumMap<>(RecordType.class);
            questions.forEach((type, question) -> answers.put(type, question.result()));
            return answers;
        });
    }

    /**
     * Empty if the file lacks the name. By default only IPv4 if it has both: most files give the name
     * localhost to ::1 as well, which few servers listen on.
     */
    private Map<RecordType, Answer> fromHosts(String name) {
        HostsFile hosts = HostsFile.ofSystem();
        Map<RecordType, Answer> found = new EnumMap<>(RecordType.class);
        for (RecordType type : RecordType.values()) {
            List<String> addresses = hosts.addresses(name, type);
            boolean enough = settings.family() == AddressFamily.AUTO && !found.isEmpty();
            boolean wanted = types.contains(type) || settings.family() == AddressFamily.AUTO;
            if (!addresses.isEmpty() && wanted && !enough) {
                found.put(type, new Found(addresses, HOSTS_TTL));
            }
        }
        return found;
    }
}

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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Only what a change concerns is expanded again, and what comes of it is as if all had been. */
class ExpandedFromBeforeTest {

    private static final int STEPS = 60;

    @Property(tries = 100, shrinking = ShrinkingMode.OFF)
    void isTheOneMadeFromNothing(@ForAll long seed) {
        Random random = new Random(seed);
        Map<String, Service> services = new TreeMap<>();
        Map<String, Resolution> known = new HashMap<>();
        AddressExpansion expansion = new AddressExpansion(BackendNetworks.DEFAULT);
        Topology before = Topology.empty();
        for (int i = 0; i < STEPS; i++) {
            String touched = "s" + random.nextInt(4);
            Set<String> changed = new HashSet<>();
            if (random.nextInt(3) > 0) {
                change(touched, services, random);
            } else if (!known.isEmpty()) {
                changed.add(List.copyOf(known.keySet()).get(random.nextInt(known.size())));
                changed.forEach(name -> known.put(name, known(random)));
            }
            Topology wanted = new Topology(services, List.of(), "v" + i);
            AddressExpansion.Turnover names = expansion.want(wanted);
            known.keySet().removeAll(names.left());
            names.came().forEach(name -> assertThat(known.put(name, Resolution.nothing(Instant.EPOCH)))
                    .as("%s is looked up already", name).isNull());
            Topology shown = expansion.topology(known::get, changed);
            AddressExpansion fresh = new AddressExpansion(BackendNetworks.DEFAULT);
            assertThat(fresh.want(wanted).came()).isEqualTo(known.keySet());
            assertThat(shown).isEqualTo(fresh.topology(known::get, Set.of()));
            stayTheSame(before, shown, touched, changed);
            before = shown;
        }
    }

    private static void stayTheSame(Topology before, Topology shown, String touched, Set<String> changed) {
        before.services().forEach((name, service) -> {
            boolean concerned = name.equals(touched) && changed.isEmpty()
                    || service.backends().stream().anyMatch(one -> changed.contains(one.url().host()))
                    || service.unresolved().keySet().stream().anyMatch(url -> changed.contains(url.host()));
            if (!concerned) {
                assertThat(shown.services().get(name)).isSameAs(service);
            }
        });
    }

    private static void change(String name, Map<String, Service> services, Random random) {
        if (random.nextInt(4) == 0) {
            services.remove(name);
            return;
        }
        List<Backend> backends = IntStream.range(0, 6).filter(i -> random.nextBoolean())
                .mapToObj(i -> new Backend(new BackendUrl(i < 3 ? "10.0.0." + i : "app" + i + ".test", 80),
                        1 + random.nextInt(3), false, Origin.CONFIG)).toList();
        services.put(name, new Service(name, ServicePolicy.DEFAULT, backends, Origin.CONFIG));
    }

    private static Resolution known(Random random) {
        List<String> addresses = IntStream.range(0, 3).filter(i -> random.nextBoolean())
                .mapToObj(i -> "10.1.0." + i).toList();
        return addresses.isEmpty() ? Resolution.nothing(Instant.EPOCH)
                : Resolution.nothing(Instant.EPOCH).after(Map.of(RecordType.A,
                        new Found(addresses, Duration.ofSeconds(30))), Instant.EPOCH);
    }
}

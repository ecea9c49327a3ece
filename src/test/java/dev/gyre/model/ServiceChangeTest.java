package dev.gyre.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whoever follows the topology by its changes alone must miss none. */
class ServiceChangeTest {

    private static final int FEW = 12;

    private static Backend backend(int number) {
        return new Backend(new BackendUrl("10.0.0." + number % FEW, 80), 1 + number / FEW % 3, false,
                Origin.CONFIG);
    }

    private static Service service(String name, List<Integer> numbers) {
        // No URL twice, in any order.
        Map<BackendUrl, Backend> backends = new TreeMap<>();
        numbers.forEach(number -> backends.put(backend(number).url(), backend(number)));
        List<Backend> ordered = new ArrayList<>(backends.values());
        if (!numbers.isEmpty() && numbers.get(0) % 2 == 0) {
            ordered.add(ordered.remove(0));
        }
        return new Service(name, ServicePolicy.DEFAULT, ordered, Origin.CONFIG);
    }

    private static Set<BackendId> ids(Service service) {
        return service.backends().stream().map(service::id).collect(Collectors.toSet());
    }

    @Property
    void whoComesAndWhoLeavesIsNamed(
            @ForAll @Size(max = 20) List<@IntRange(min = 0, max = 99) Integer> before,
            @ForAll @Size(max = 20) List<@IntRange(min = 0, max = 99) Integer> after) {
        Service old = service("web", before);
        Service now = service("web", after);
        ServiceChange change = new ServiceChange(Optional.of(old), Optional.of(now));
        Set<BackendId> left = ids(old);
        left.removeAll(ids(now));
        Set<BackendId> came = ids(now);
        came.removeAll(ids(old));
        assertThat(change.left()).containsExactlyInAnyOrderElementsOf(left);
        assertThat(change.came()).containsExactlyInAnyOrderElementsOf(came);
        assertThat(new ServiceChange(Optional.empty(), Optional.of(now)).came())
                .containsExactlyInAnyOrderElementsOf(ids(now));
        assertThat(new ServiceChange(Optional.of(old), Optional.empty()).left())
                .containsExactlyInAnyOrderElementsOf(ids(old));
    }

    @Property
    void everyServiceThatIsNotTheSameInstanceIsNamed(
            @ForAll @Size(max = 9) List<@IntRange(min = 0, max = 9) Integer> before,
            @ForAll @Size(max = 9) List<@IntRange(min = 0, max = 9) Integer> kept,
            @ForAll @Size(max = 9) List<@IntRange(min = 0, max = 9) Integer> anew) {
        Map<String, Service> old = new TreeMap<>();
        before.forEach(i -> old.put("s" + i, service("s" + i, List.of(i))));
        Map<String, Service> now = new TreeMap<>(old);
        now.keySet().retainAll(kept.stream().map(i -> "s" + i).toList());
        anew.forEach(i -> now.put("s" + i, service("s" + i, List.of(i, i + 1))));
        List<ServiceChange> changes = ServiceChange.between(new Topology(old, List.of(), "1"),
                new Topology(now, List.of(), "2"));
        Set<String> names = new TreeSet<>(old.keySet());
        names.addAll(now.keySet());
        names.removeIf(name -> old.get(name) == now.get(name));
        assertThat(changes).extracting(ServiceChange::name).containsExactlyElementsOf(names);
        assertThat(changes).allSatisfy(change -> {
            assertThat(change.before()).isEqualTo(Optional.ofNullable(old.get(change.name())));
            assertThat(change.after()).isEqualTo(Optional.ofNullable(now.get(change.name())));
        });
    }
}

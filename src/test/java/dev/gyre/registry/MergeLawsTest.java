package dev.gyre.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Nodes that saw the same entries, in whatever order and however often, must hold the same. */
class MergeLawsTest {

    private static final int ROUNDS = 500;
    private final Random random = new Random(20_260_301);

    @Test
    void mergingIsCommutativeAssociativeAndIdempotent() {
        for (int round = 0; round < ROUNDS; round++) {
            Entries a = some();
            Entries b = some();
            Entries c = some();
            assertThat(a.merge(b)).isEqualTo(b.merge(a));
            assertThat(a.merge(b).merge(c)).isEqualTo(a.merge(b.merge(c)));
            assertThat(a.merge(a)).isEqualTo(a);
            assertThat(a.merge(b).merge(b)).isEqualTo(a.merge(b));
        }
    }

    @Test
    void entriesInAnyOrderAndRepeatedAmountToTheSameTopologyAndVersion() {
        for (int round = 0; round < ROUNDS; round++) {
            List<Entry> sent = new ArrayList<>(some().all());
            sent.addAll(some().all());
            List<Entry> received = new ArrayList<>(sent);
            received.addAll(sent.subList(0, sent.size() / 2));
            Collections.shuffle(received, random);
            Entries one = Entries.of(sent);
            Entries other = received.stream().map(List::of).map(Entries::of)
                    .reduce(Entries.empty(), Entries::merge);
            assertThat(LayerMerge.topology(other, Instant.EPOCH))
                    .isEqualTo(LayerMerge.topology(one, Instant.EPOCH));
            assertThat(other.version()).isEqualTo(one.version());
            assertThat(other.digest()).isEqualTo(one.digest());
        }
    }

    @Test
    void theTopologyFollowedChangeByChangeIsTheOneReadFromAllEntries() {
        for (int round = 0; round < ROUNDS; round++) {
            RegistryState state = RegistryState.of(some(), Instant.EPOCH);
            for (int i = 0; i < 5; i++) {
                state = state.with(List.copyOf(some().all()));
                assertThat(state.topology()).isEqualTo(LayerMerge.topology(state.entries(), Instant.EPOCH));
            }
        }
    }

    @Test
    void theRecordOfAChangeCountsForTheDigestButNotForTheVersion() {
        Entries before = Entries.of(List.of(removed("web", new Stamp(5, 0, 1))));
        Entries after = before.with(List.of(change(9, 0)));
        assertThat(after.version()).isEqualTo(before.version());
        assertThat(after.digest()).isNotEqualTo(before.digest());
        assertThat(after.highest()).isEqualTo(new Stamp(9, 0, 1));
    }

    @Test
    void onlyTheLatestThousandChangesAreKeptInWhateverOrderTheyCome() {
        List<Entry> all = new ArrayList<>();
        for (int i = 1; i <= 1_500; i++) {
            all.add(change(i, 0));
        }
        Entries latest = Entries.of(all.subList(500, 1_500));
        Collections.shuffle(all, random);
        Entries kept = Entries.empty();
        for (int from = 0; from < all.size(); from += 50) {
            kept = kept.merge(Entries.of(all.subList(from, from + 50)));
        }
        assertThat(kept).isEqualTo(latest);
        assertThat(kept.digest()).isEqualTo(latest.digest());
    }

    @Test
    void nodesForgetTheSameLargeChangesInWhateverOrderTheyHearOfThem() {
        List<Entry> all = new ArrayList<>();
        for (int i = 1; i <= 20; i++) {
            all.add(change(i, i % 3 == 1 ? 0 : 2_600 + 62 * i));
        }
        Entries atOnce = Entries.of(all);
        assertThat(atOnce.changes().size()).isBetween(10, 19);
        for (int round = 0; round < ROUNDS; round++) {
            Collections.shuffle(all, random);
            Entries kept = Entries.empty();
            for (Entry change : all) {
                kept = kept.with(List.of(change));
            }
            assertThat(kept.digest()).isEqualTo(atOnce.digest());
            assertThat(kept.changes()).hasSameSizeAs(atOnce.changes());
        }
    }

    private static Entry removed(String service, Stamp stamp) {
        return Entry.of(Key.service(Origin.OPERATOR, service), Register.set("present", stamp, false));
    }

    private static Entry change(long wall, int fields) {
        ChangeRecord.FieldChange field = new ChangeRecord.FieldChange(Key.service(Origin.OPERATOR, "web"),
                Optional.empty(), Register.unset("present", new Stamp(wall, 0, 1)), Optional.empty());
        return new ChangeRecord(new Stamp(wall, 0, 1), Instant.EPOCH, new Author(Origin.OPERATOR, "alice"),
                "node-a", "changed", "0", new TreeSet<>(), Optional.of(Collections.nCopies(fields, field)))
                .toEntry();
    }

    @Test
    void theLaterOfEachFieldWinsAndTheOthersStay() {
        Key key = Key.service(Origin.OPERATOR, "web");
        Entry drain = Entry.of(key, Register.set("a", new Stamp(5, 9, 9), 1),
                Register.set("b", new Stamp(5, 9, 9), 1));
        Entry weight = Entry.of(key, Register.set("b", new Stamp(6, 0, 0), 2),
                Register.unset("c", new Stamp(1, 0, 0)));
        Entry both = Entry.of(key, Register.set("a", new Stamp(5, 9, 9), 1),
                Register.set("b", new Stamp(6, 0, 0), 2), Register.unset("c", new Stamp(1, 0, 0)));
        assertThat(Entries.of(List.of(weight, drain)).all()).containsExactly(both);
        assertThat(Entries.of(List.of(drain, weight)).all()).containsExactly(both);
    }

    @Test
    void whetherARemovalIsStillRememberedMakesNoDifferenceToTheDigest() {
        Entries there = Entries.of(List.of(removed("web", new Stamp(6, 0, 0))));
        Key api = Key.service(Origin.OPERATOR, "api");
        Entries remembers = there.with(List.of(Entry.of(api, Register.unset("present", new Stamp(5, 0, 0)))));
        assertThat(remembers.digest()).isEqualTo(there.digest());
        assertThat(remembers.without(List.of(api))).isEqualTo(there);
        assertThat(remembers.without(List.of(api)).digest()).isEqualTo(there.digest());
    }

    @Test
    void differentEntriesHaveDifferentVersionsThoughTheHighestStampIsTheSame() {
        Entry highest = removed("web", new Stamp(6, 0, 0));
        Entry other = removed("api", new Stamp(5, 0, 0));
        assertThat(Entries.of(List.of(highest)).version())
                .isNotEqualTo(Entries.of(List.of(highest, other)).version());
    }

    @Test
    void laterVersionsSortBehindEarlierOnes() {
        Entry early = removed("web", new Stamp(0xffff_ffffL, 9, 1));
        Entry late = removed("web", new Stamp(0x1_0000_0000L, 0, 1));
        assertThat(Entries.of(List.of(late)).version()).isGreaterThan(Entries.of(List.of(early)).version());
    }

    @Test
    void anEntrySurvivesBeingSent() {
        for (int round = 0; round < ROUNDS; round++) {
            assertThat(some().all()).allSatisfy(sent ->
                    assertThat(Entry.fromJson(new JsonObject(sent.toJson().encode()))).isEqualTo(sent));
        }
    }

    /** Few keys, fields and stamps, so that entries meet; the value follows from the stamp, as in life. */
    private Entries some() {
        List<Entry> entries = new ArrayList<>();
        for (int i = random.nextInt(8); i >= 0; i--) {
            Origin layer = Origin.values()[random.nextInt(Origin.values().length)];
            if (random.nextInt(5) == 0) {
                entries.add(new ChangeRecord(stamp(), Instant.EPOCH, new Author(layer, "alice"), "node-a",
                        "changed", "0", new TreeSet<>(), Optional.empty()).toEntry());
                continue;
            }
            Key key = key(layer);
            List<Register> registers = new ArrayList<>();
            for (String field : fields(key)) {
                if (random.nextBoolean() || registers.isEmpty()) {
                    registers.add(register(field, stamp()));
                }
            }
            entries.add(Entry.of(key, registers));
        }
        return Entries.of(entries);
    }

    private Stamp stamp() {
        return new Stamp(random.nextInt(4), random.nextInt(2), random.nextInt(2));
    }

    private static Register register(String field, Stamp stamp) {
        int seed = (int) (stamp.wall() * 4 + stamp.counter() * 2 + stamp.node());
        if (seed % 5 == 4) {
            return Register.unset(field, stamp);
        }
        return Register.set(field, stamp, switch (field) {
            case "present" -> seed % 3 > 0;
            case "service" -> seed % 2 == 0 ? "web" : "api";
            default -> 1 + seed % 3;
        });
    }

    private static List<String> fields(Key key) {
        return switch (key.kind()) {
            case Key.SERVICE -> List.of("present", "pool.maxQueue", "pool.maxConnections");
            case Key.BACKEND -> List.of("present", "weight", "of a newer version");
            default -> List.of("present", "service");
        };
    }

    private Key key(Origin layer) {
        String service = random.nextBoolean() ? "web" : "api";
        return switch (random.nextInt(4)) {
            case 0 -> Key.service(layer, service);
            case 1 -> Key.backend(layer, service, new BackendUrl("10.0.0.1", 9000 + random.nextInt(2)));
            case 2 -> new Key(layer.word(), random.nextBoolean() ? "filter" : Key.BACKEND,
                    "web h2c://a:443");
            default -> Key.route(layer, "*", "/" + random.nextInt(2));
        };
    }
}

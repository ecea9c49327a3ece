package dev.gyre.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
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
            assertThat(Overlay.topology(other)).isEqualTo(Overlay.topology(one));
            assertThat(other.version()).isEqualTo(one.version());
            assertThat(other.digest()).isEqualTo(one.digest());
        }
    }

    @Test
    void theTopologyFollowedChangeByChangeIsTheOneReadFromAllEntries() {
        for (int round = 0; round < ROUNDS; round++) {
            State state = State.of(some());
            for (int i = 0; i < 5; i++) {
                state = state.with(List.copyOf(some().all()));
                assertThat(state.topology()).isEqualTo(Overlay.topology(state.entries()));
            }
        }
    }

    @Test
    void theRecordOfAChangeCountsForTheDigestButNotForTheVersion() {
        Entries before = Entries.of(List.of(
                Entry.tombstone(Key.service(Origin.OPERATOR, "web"), new Stamp(5, 0, 1))));
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
            all.add(change(i, i % 3 == 1 ? 0 : 1_300 + 31 * i));
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

    private static Entry change(long wall, int formers) {
        ChangeRecord.Former former = new ChangeRecord.Former(Key.service(Origin.OPERATOR, "web"),
                Optional.empty());
        return new ChangeRecord(new Stamp(wall, 0, 1), new Author(Origin.OPERATOR, "alice"), "node-a",
                "changed", "0", new TreeSet<>(), Optional.of(Collections.nCopies(formers, former))).toEntry();
    }

    @Test
    void theLaterEntryOfAKeyWins() {
        Key key = Key.service(Origin.OPERATOR, "web");
        Entry early = Entry.of(key, new Stamp(5, 9, 9), new JsonObject().put("present", true));
        Entry late = Entry.tombstone(key, new Stamp(6, 0, 0));
        assertThat(Entries.of(List.of(late, early)).all()).containsExactly(late);
        assertThat(Entries.of(List.of(early, late)).all()).containsExactly(late);
    }

    @Test
    void differentEntriesHaveDifferentVersionsThoughTheHighestStampIsTheSame() {
        Entry highest = Entry.tombstone(Key.service(Origin.OPERATOR, "web"), new Stamp(6, 0, 0));
        Entry other = Entry.tombstone(Key.service(Origin.OPERATOR, "api"), new Stamp(5, 0, 0));
        assertThat(Entries.of(List.of(highest)).version())
                .isNotEqualTo(Entries.of(List.of(highest, other)).version());
    }

    @Test
    void laterVersionsSortBehindEarlierOnes() {
        Entry early = Entry.tombstone(Key.service(Origin.OPERATOR, "web"), new Stamp(0xffff_ffffL, 9, 1));
        Entry late = Entry.tombstone(Key.service(Origin.OPERATOR, "web"), new Stamp(0x1_0000_0000L, 0, 1));
        assertThat(Entries.of(List.of(late)).version()).isGreaterThan(Entries.of(List.of(early)).version());
    }

    @Test
    void anEntrySurvivesBeingSent() {
        for (int round = 0; round < ROUNDS; round++) {
            Entries sent = some();
            assertThat(Entries.fromJson(new JsonArray(sent.toJson().encode()))).isEqualTo(sent);
        }
    }

    /** Few keys and stamps, so that entries meet. */
    private Entries some() {
        List<Entry> entries = new ArrayList<>();
        for (int i = random.nextInt(8); i >= 0; i--) {
            Origin layer = Origin.values()[random.nextInt(Origin.values().length)];
            Stamp stamp = new Stamp(random.nextInt(4), random.nextInt(2), random.nextInt(2));
            if (random.nextInt(5) == 0) {
                entries.add(new ChangeRecord(stamp, new Author(layer, "alice"), "node-a", "changed", "0",
                        new TreeSet<>(), Optional.empty()).toEntry());
                continue;
            }
            Key key = key(layer);
            entries.add(random.nextInt(4) == 0 ? Entry.tombstone(key, stamp)
                    : Entry.of(key, stamp, value(key)));
        }
        return Entries.of(entries);
    }

    private Key key(Origin layer) {
        String service = random.nextBoolean() ? "web" : "api";
        return switch (random.nextInt(3)) {
            case 0 -> Key.service(layer, service);
            case 1 -> Key.backend(layer, service, new BackendUrl("10.0.0.1", 9000 + random.nextInt(2)));
            default -> Key.route(layer, "*", "/" + random.nextInt(2));
        };
    }

    private JsonObject value(Key key) {
        JsonObject value = new JsonObject();
        if (key.layer() == Origin.OPERATOR && random.nextBoolean()) {
            value.put("present", random.nextBoolean());
        }
        return switch (key.kind()) {
            case SERVICE -> value.put("pool", new JsonObject().put("maxQueue", random.nextInt(3)));
            case BACKEND -> value.put("weight", 1 + random.nextInt(3));
            case ROUTE -> value.put("service", random.nextBoolean() ? "web" : "api");
            case CHANGE -> throw new IllegalArgumentException(key.toString());
        };
    }
}

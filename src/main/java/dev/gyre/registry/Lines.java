package dev.gyre.registry;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Entries as the disk keeps them. */
final class Lines {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.registry");

    private Lines() {
    }

    static Iterable<Line> of(Entries entries) {
        return entries.all().stream().map(Lines::line).toList();
    }

    private static Line line(Entry entry) {
        return Line.of(entry.key().toString(), entry.toJson().encode());
    }

    /** What must be appended to what keeps the one in order to keep the other. */
    static List<Line> changed(Entries before, Entries after) {
        List<Line> lines = new ArrayList<>();
        after.all().stream().filter(entry -> before.entry(entry.key()).filter(entry::equals).isEmpty())
                .map(Lines::line).forEach(lines::add);
        before.all().stream().filter(entry -> after.entry(entry.key()).isEmpty())
                .map(entry -> Line.forgotten(entry.key().toString())).forEach(lines::add);
        return lines;
    }

    /** One that makes no sense keeps no other from being read. */
    static Entries entries(Map<String, String> lines) {
        List<Entry> entries = new ArrayList<>();
        lines.forEach((key, text) -> {
            try {
                Entry entry = Entry.fromJson(new JsonObject(text));
                Overlay.check(Entries.of(List.of(entry)));
                entries.add(entry);
            } catch (DecodeException | IllegalArgumentException | ClassCastException e) {
                LOG.error("the entry {} cannot be read and does not count: {}", key, e.getMessage());
            }
        });
        return Entries.of(entries);
    }
}

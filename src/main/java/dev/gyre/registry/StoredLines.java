package dev.gyre.registry;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lines of the registry on its disk: entries, and its own notes. A line that cannot be read is kept
 * unchanged, for a version that can read it.
 *
 * @param entries that can be read
 * @param notes   under names without a slash, which no key of an entry is
 * @param unread  by key
 */
record StoredLines(Entries entries, Map<String, String> notes, Map<String, String> unread) {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.registry");

    static StoredLines read(Map<String, String> lines) {
        List<Entry> entries = new ArrayList<>();
        Map<String, String> notes = new TreeMap<>();
        Map<String, String> unread = new TreeMap<>();
        lines.forEach((key, text) -> {
            if (key.indexOf('/') < 0) {
                notes.put(key, text);
                return;
            }
            try {
                entries.add(Entry.fromJson(new JsonObject(text)));
            } catch (DecodeException | IllegalArgumentException e) {
                LOG.warn("entry not understood key={} reason=\"{}\": it is kept as it is", key,
                        e.getMessage());
                unread.put(key, text);
            }
        });
        return new StoredLines(Entries.of(entries), notes, unread);
    }

    /** All of them, for a new file. */
    static Iterable<JournalLine> all(Entries entries, Map<String, String> notes, Map<String, String> unread) {
        List<JournalLine> lines = new ArrayList<>();
        notes.forEach((name, text) -> lines.add(JournalLine.of(name, text)));
        unread.forEach((key, text) -> lines.add(JournalLine.of(key, text)));
        return () -> Stream.concat(lines.stream(),
                entries.all().stream().map(StoredLines::line)).iterator();
    }

    static JournalLine line(Entry entry) {
        return JournalLine.of(entry.key().toString(), entry.toJson().encode());
    }

    /** The current text of each key, forgotten ones included. */
    static List<JournalLine> of(Entries entries, Collection<Key> keys) {
        return keys.stream().map(key -> entries.entry(key).map(StoredLines::line)
                .orElseGet(() -> JournalLine.forgotten(key.toString()))).toList();
    }
}

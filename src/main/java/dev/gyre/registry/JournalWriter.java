package dev.gyre.registry;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes changes of the registry to its {@link Store}, and remembers the changes that an unwritable disk has
 * not taken yet. Used by the registry's writer; notes and figures may be read on any thread.
 */
final class JournalWriter {

    /** The note of the highest stamp of a removal that was forgotten. */
    static final String COLLECTED = "collected";

    private static final Logger LOG = LoggerFactory.getLogger("gyre.registry");

    private final Store store;
    private final Map<String, String> notes = new ConcurrentSkipListMap<>();
    private final Map<String, String> unread = new ConcurrentHashMap<>();
    private Set<Key> owed = new LinkedHashSet<>();
    private volatile int owedCount;
    private volatile Optional<String> trouble = Optional.empty();

    JournalWriter(Store store) {
        this.store = store;
    }

    long node() {
        return store.node();
    }

    Entries load() throws DataUnusable {
        StoredLines lines = StoredLines.read(store.load());
        notes.putAll(lines.notes());
        unread.putAll(lines.unread());
        return lines.entries();
    }

    Optional<String> declared() {
        return store.declared();
    }

    void declared(String name) {
        try {
            store.declared(name);
        } catch (IOException e) {
            failed(e);
        }
    }

    /** Reads the entries of a node that starts; an unwritable disk does not stop the start. */
    void begin(Entries loaded, Entries begun, String declaredName) {
        List<Key> changed = begun.all().stream()
                .filter(entry -> loaded.entry(entry.key()).filter(entry::equals).isEmpty())
                .map(Entry::key).toList();
        if (append(loaded, begun, changed).isPresent()) {
            owe(changed);
        } else {
            declared(declaredName);
        }
    }

    /** Empty if the change is on the disk, with all pending changes; else the reason why not. */
    Optional<String> append(Entries before, Entries after, Collection<Key> changed) {
        Set<Key> keys = new LinkedHashSet<>(owed);
        keys.addAll(changed);
        // History forgets its oldest changes as new ones come.
        before.changes().stream().map(Entry::key).takeWhile(key -> after.entry(key).isEmpty())
                .forEach(keys::add);
        return write(StoredLines.of(after, keys), after);
    }

    private Optional<String> write(List<JournalLine> lines, Entries all) {
        if (lines.isEmpty()) {
            // Without a write nothing is learnt about the disk.
            return Optional.empty();
        }
        try {
            store.append(lines, () -> StoredLines.all(all, notes, unread));
            owed = new LinkedHashSet<>();
            owedCount = 0;
            if (trouble.isPresent()) {
                trouble = Optional.empty();
                LOG.info("disk writable again: every pending change is written");
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(failed(e));
        }
    }

    private String failed(IOException e) {
        String reason = DataDirectory.inWords(e);
        if (trouble.isEmpty()) {
            LOG.error("disk not writable reason=\"{}\": this node refuses commands (503), and follows other"
                    + " nodes in memory", reason);
        }
        trouble = Optional.of(reason);
        return reason;
    }

    /** These changes count already, and are written as soon as the disk takes them. */
    void owe(Collection<Key> keys) {
        owed.addAll(keys);
        owedCount = owed.size();
    }

    int owed() {
        return owedCount;
    }

    /**
     * Tries again to write the pending changes. Without any, because all commands were refused, it writes an
     * entry that is written already: otherwise a disk that works again would count as full until the next
     * command.
     */
    void settle(Entries entries) {
        Collection<Key> keys = owed.isEmpty() && trouble().isPresent()
                ? entries.all().stream().limit(1).map(Entry::key).toList() : List.copyOf(owed);
        if (!keys.isEmpty()) {
            write(StoredLines.of(entries, keys), entries);
        }
    }

    /** Whether there is something to {@link #settle}. */
    boolean isUnsettled() {
        return owedCount > 0 || trouble().isPresent();
    }

    Optional<String> trouble() {
        return trouble.or(store::trouble);
    }

    Optional<String> note(String name) {
        return Optional.ofNullable(notes.get(name));
    }

    /** A note that cannot be written is kept in memory, and goes along with the next snapshot. */
    void note(String name, String text, Entries entries) {
        if (!text.equals(notes.put(name, text))) {
            try {
                store.append(List.of(JournalLine.of(name, text)),
                        () -> StoredLines.all(entries, notes, unread));
            } catch (IOException e) {
                failed(e);
            }
        }
    }

    void compact(Entries entries) {
        store.compact(() -> StoredLines.all(entries, notes, unread));
    }

    void close() {
        store.close();
    }
}

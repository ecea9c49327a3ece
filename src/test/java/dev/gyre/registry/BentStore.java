package dev.gyre.registry;

import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Keeps lines in memory, survives the registry, and fails as it is told. */
final class BentStore implements Store {

    /** What goes wrong in an append; may do so halfway. */
    interface Fault {

        void strike() throws IOException;
    }

    static final Fault NONE = () -> { };

    private final long node;
    private final Map<String, String> lines = new LinkedHashMap<>();
    private volatile Fault fault = NONE;
    private volatile boolean compacts;
    private volatile Optional<String> declared = Optional.empty();

    BentStore(long node) {
        this.node = node;
    }

    void fails(Fault with) {
        fault = with;
    }

    /** Asks for all lines with each append, as where a snapshot is due. */
    void compacts(boolean always) {
        compacts = always;
    }

    synchronized Map<String, String> lines() {
        return Map.copyOf(lines);
    }

    synchronized void put(String key, String text) {
        lines.put(key, text);
    }

    @Override
    public long node() {
        return node;
    }

    @Override
    public synchronized Map<String, String> load() {
        return new LinkedHashMap<>(lines);
    }

    @Override
    public synchronized void append(Collection<JournalLine> news, Supplier<?
            extends Iterable<JournalLine>> all)
            throws IOException {
        fault.strike();
        news.forEach(line -> line.text().ifPresentOrElse(text -> lines.put(line.key(), text),
                () -> lines.remove(line.key())));
        if (compacts) {
            compact(all);
        }
    }

    @Override
    public synchronized void compact(Supplier<? extends Iterable<JournalLine>> all) {
        lines.clear();
        all.get().forEach(line -> lines.put(line.key(), line.text().orElseThrow()));
    }

    @Override
    public Optional<String> trouble() {
        return Optional.empty();
    }

    @Override
    public Optional<String> declared() {
        return declared;
    }

    @Override
    public void declared(String name) {
        declared = Optional.of(name);
    }

    @Override
    public void close() {
    }
}

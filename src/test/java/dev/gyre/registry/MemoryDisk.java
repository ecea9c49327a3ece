package dev.gyre.registry;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A disk that stops at any byte and tells then what would be there after a kill or a loss of power. Each
 * operation is a step, each byte of a write is one, too.
 */
final class MemoryDisk implements Disk {

    private final Map<String, Inode> names = new TreeMap<>();
    private Map<String, Inode> durable = new TreeMap<>();
    private final List<Consumer<Map<String, Inode>>> unsynced = new ArrayList<>();
    private long steps;
    private long crashAt = Long.MAX_VALUE;
    private long failFrom = Long.MAX_VALUE;
    private long failTo = Long.MAX_VALUE;
    /** In bytes; a write fills what there is and fails. */
    long room = Long.MAX_VALUE;
    private long written;
    boolean readOnly;

    /** @param kept what is on the disk for certain */
    private static final class Inode {

        private byte[] content = new byte[0];
        private byte[] kept = new byte[0];
    }

    /** The power is gone. */
    static final class Crash extends Error {

        Crash() {
            super("crash", null, false, false);
        }
    }

    /** From now on each step is counted from 0, and this one and all behind it do not happen. */
    MemoryDisk crashAt(long step) {
        steps = 0;
        crashAt = step;
        return this;
    }

    /** These steps fail, those behind them work again. */
    MemoryDisk fail(long from, long count) {
        steps = 0;
        failFrom = from;
        failTo = from + count;
        return this;
    }

    long steps() {
        return steps;
    }

    /** All bytes of all writes. */
    long written() {
        return written;
    }

    /** The next step would fail. */
    boolean fails() {
        return steps >= failFrom && steps < failTo;
    }

    boolean crashed() {
        return steps > crashAt;
    }

    void put(String name, byte[] content) {
        Inode inode = new Inode();
        inode.content = content.clone();
        inode.kept = content.clone();
        names.put(name, inode);
        durable.put(name, inode);
    }

    byte[] get(String name) {
        return names.get(name).content.clone();
    }

    long length() {
        return names.values().stream().distinct().mapToLong(inode -> inode.content.length).sum();
    }

    /** What a killed process leaves. */
    MemoryDisk afterKill() {
        return copy(names, inode -> inode.content);
    }

    /** What a loss of power may leave: some of the names' changes, and of what was not forced. */
    List<MemoryDisk> afterPowerLoss() {
        List<MemoryDisk> all = new ArrayList<>();
        for (int kept = 0; kept <= unsynced.size(); kept++) {
            Map<String, Inode> left = new TreeMap<>(durable);
            unsynced.subList(0, kept).forEach(change -> change.accept(left));
            all.add(copy(left, inode -> inode.kept));
            all.add(copy(left, inode -> inode.content));
            all.add(copy(left, MemoryDisk::grown));
        }
        // Nor need they reach the disk in their order.
        for (int lost = 0; lost < unsynced.size(); lost++) {
            Map<String, Inode> left = new TreeMap<>(durable);
            for (int i = 0; i < unsynced.size(); i++) {
                if (i != lost) {
                    unsynced.get(i).accept(left);
                }
            }
            all.add(copy(left, inode -> inode.content));
        }
        return all;
    }

    /** As long as it was, but full of zeros where nothing was forced. */
    private static byte[] grown(Inode inode) {
        return Arrays.copyOf(Arrays.copyOf(inode.kept, Math.min(inode.kept.length, inode.content.length)),
                inode.content.length);
    }

    private static MemoryDisk copy(Map<String, Inode> names, Function<Inode, byte[]> content) {
        MemoryDisk copy = new MemoryDisk();
        names.forEach((name, inode) -> copy.put(name, content.apply(inode)));
        return copy;
    }

    private void step(int count) throws IOException {
        long before = steps;
        steps += count;
        if (steps > crashAt) {
            steps = Math.max(before, crashAt) + 1;
            throw new Crash();
        }
        if (steps > failFrom && before < failTo) {
            throw new IOException("Input/output error");
        }
    }

    private void change(Consumer<Map<String, Inode>> change) throws IOException {
        if (readOnly) {
            throw new IOException("Read-only file system");
        }
        step(1);
        change.accept(names);
        unsynced.add(change);
    }

    @Override
    public void claim() throws IOException {
        if (readOnly) {
            throw new IOException("Read-only file system");
        }
    }

    @Override
    public List<String> names() {
        return List.copyOf(names.keySet());
    }

    @Override
    public byte[] read(String name) throws IOException {
        return inode(name).content.clone();
    }

    private Inode inode(String name) throws IOException {
        Inode inode = names.get(name);
        if (inode == null) {
            throw new FileNotFoundException(name);
        }
        return inode;
    }

    @Override
    public Output create(String name) throws IOException {
        Inode inode = new Inode();
        change(map -> map.put(name, inode));
        return new File(inode);
    }

    @Override
    public Output open(String name) throws IOException {
        return new File(inode(name));
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Inode inode = inode(from);
        change(map -> {
            map.remove(from);
            map.put(to, inode);
        });
    }

    @Override
    public void link(String name, String second) throws IOException {
        Inode inode = inode(name);
        change(map -> map.put(second, inode));
    }

    @Override
    public void delete(String name) throws IOException {
        change(map -> map.remove(name));
    }

    @Override
    public void sync() throws IOException {
        step(1);
        durable = new TreeMap<>(names);
        unsynced.clear();
    }

    @Override
    public String path(String name) {
        return "memory/" + name;
    }

    @Override
    public String reason(IOException cause) {
        return cause.getMessage();
    }

    void spoil(String name, UnaryOperator<byte[]> by) {
        put(name, by.apply(get(name)));
    }

    /** Name to content. */
    Map<String, byte[]> files() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        names.forEach((name, inode) -> files.put(name, inode.content.clone()));
        return files;
    }

    private final class File implements Output {

        private final Inode inode;

        File(Inode inode) {
            this.inode = inode;
        }

        @Override
        public void write(byte[] bytes, long at) throws IOException {
            long before = steps;
            long free = Math.max(0, room - length() + Math.max(0, inode.content.length - at));
            int fits = (int) Math.min(bytes.length, free);
            try {
                step(bytes.length);
            } catch (IOException | Crash e) {
                put(bytes, (int) at, (int) Math.max(0, Math.min(bytes.length,
                        Math.min(crashAt, failFrom) - before)));
                throw e;
            }
            put(bytes, (int) at, fits);
            if (fits < bytes.length) {
                throw new IOException("No space left on device");
            }
        }

        private void put(byte[] bytes, int at, int count) {
            if (count > 0) {
                inode.content = Arrays.copyOf(inode.content, Math.max(inode.content.length, at + count));
                System.arraycopy(bytes, 0, inode.content, at, count);
                written += count;
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            step(1);
            inode.content = Arrays.copyOf(inode.content, (int) Math.min(size, inode.content.length));
        }

        @Override
        public void force() throws IOException {
            step(1);
            inode.kept = inode.content.clone();
        }

        @Override
        public boolean has(String name) {
            return names.get(name) == inode;
        }

        @Override
        public void close() {
        }
    }
}

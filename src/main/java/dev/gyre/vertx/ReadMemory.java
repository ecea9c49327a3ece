package dev.gyre.vertx;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.channel.Channel;
import io.netty.util.internal.PlatformDependent;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.core.internal.buffer.BufferInternal;
import io.vertx.core.net.impl.ConnectionBase;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/**
 * The memory that the connections of a node read into. Small reads are left to Netty's pool; what is special
 * here are large ones, and those for which no memory is left. Thread-safe.
 *
 * <p>Bodies are passed on in the memory that they were read into. What comes from Netty's pool Vert.x copies
 * onto the heap, as a handler may keep it or drop it without a word, and Netty copies it back to write it.
 * Both leave a large buffer of this class alone: its memory goes back to the pool when it is written
 * {@link #once}, and that of one which was dropped when the garbage collector has found it.
 *
 * <p>A read for which there is no memory must not throw: Netty's io_uring (4.2.18) lets that end the event
 * loop, and all its connections with it, for good. It gets one byte, which all such reads share; whoever
 * finds that it {@link #wasMissing} breaks the connection off.
 *
 * <p>Vert.x 5.2.3 copies pooled memory onto the heap; Netty 4.2.18.Final ends an io_uring event loop when a
 * read finds no memory. Delete when Vert.x passes a read on without a copy, and a failed allocation ends no
 * event loop.
 */
public final class ReadMemory {

    /** Bytes of a read up to which a copy costs less than a loan. */
    private static final int SMALL = 16 * 1024;
    /** Of the largest read; Netty reads no more at once. */
    public static final int MOST = 64 * 1024;
    /** Bytes of a read while memory is short. */
    private static final int READ_WHEN_SHORT = 2048;
    /** What asks for fewer bytes than any read is to be written. */
    private static final int LEAST_READ = 64;
    private static final long COLLECTION_EVERY = TimeUnit.SECONDS.toNanos(1);
    /** After a collection it takes another thread a moment to tell of what it has found. */
    private static final int FINDING_MILLIS = 10;

    /** Of the process, as the pool is: what a node that has ended leaves behind, another one takes back. */
    private static final Set<Loan> LOANS = ConcurrentHashMap.newKeySet();
    private static final ReferenceQueue<Large> DROPPED = new ReferenceQueue<>();

    private final ByteBufAllocator pool = ByteBufAllocator.DEFAULT;
    private final ByteBuffer oneByte = ByteBuffer.allocateDirect(1);
    private final long most;
    private final BooleanSupplier scarce;
    private final AtomicLong lent = new AtomicLong();
    private final Reader reader = new Reader();
    private final AtomicLong collected = new AtomicLong(System.nanoTime() - COLLECTION_EVERY);

    /**
     * Of the memory outside the heap large reads take three quarters at most, so that short requests, and
     * what is written, find some: to ask the JVM for what it has not got holds an event loop for half a
     * second.
     *
     * @param scarce tells, on any thread, whether memory is short
     */
    public ReadMemory(BooleanSupplier scarce) {
        this(PlatformDependent.maxDirectMemory() / 4 * 3, scarce);
    }

    /** @param most bytes that large reads may take together */
    ReadMemory(long most, BooleanSupplier scarce) {
        this.most = most;
        this.scarce = scarce;
    }

    /** Gives back to the system what is free now; takes as long as a full collection. */
    public void giveBack() {
        MemoryReturn.run();
        // What the collection has found.
        takeBack();
    }

    /** From now on this connection reads into this memory. */
    public void serve(Channel channel) {
        channel.config().setAllocator(reader);
    }

    /** There was no memory to read into, and bytes may follow that have not been read. */
    public static boolean wasMissing(Object read) {
        return read instanceof Missing;
    }

    /**
     * The same bytes in no more memory than four times their number: what waits for a slow client is counted
     * by its bytes.
     */
    public static ByteBuf trimmed(ByteBuf read) {
        if (!(read instanceof Large large) || large.readableBytes() >= large.capacity() / 4) {
            return read;
        }
        ByteBuf copy = ByteBufAllocator.DEFAULT.directBuffer(large.readableBytes());
        copy.writeBytes(large);
        large.release();
        return copy;
    }

    /** What is read into it stays there, and does not go to the heap. */
    public static boolean lends(ByteBuf read) {
        return read.alloc() instanceof Reader;
    }

    /** As {@link #lends(ByteBuf)}. */
    public static boolean lends(Buffer read) {
        return lends(((BufferInternal) read).unwrap());
    }

    /** The same, to be written once and not to be looked at again. */
    public static Buffer once(Buffer read) {
        ByteBuf bytes = ((BufferInternal) read).unwrap();
        return lends(bytes) ? new Once(bytes) : read;
    }

    /** The same, to be kept for as long as one likes. */
    public static Buffer kept(Buffer read) {
        ByteBuf bytes = ((BufferInternal) read).unwrap();
        if (!lends(bytes)) {
            return read;
        }
        Buffer copy = Buffer.buffer(read.getBytes());
        bytes.release();
        return copy;
    }

    /** Nobody wants it. */
    public static void drop(Buffer read) {
        ByteBuf bytes = ((BufferInternal) read).unwrap();
        if (lends(bytes)) {
            bytes.release();
        }
    }

    private ByteBuf large(int size) {
        takeBack();
        if (lent.addAndGet(size) > most && !collect()) {
            lent.addAndGet(-size);
            return new Missing(reader, oneByte);
        }
        ByteBuf memory;
        try {
            memory = pool.directBuffer(size, size);
        } catch (OutOfMemoryError e) {
            lent.addAndGet(-size);
            throw e;
        }
        Large large = new Large(reader, memory.internalNioBuffer(0, size));
        large.loan = new Loan(large, memory);
        LOANS.add(large.loan);
        return large;
    }

    /** Bytes in use by large reads, and by what of them has not been written or dropped yet. */
    long lent() {
        return lent.get();
    }

    /** From what was dropped. */
    private void takeBack() {
        for (Reference<?> loan = DROPPED.poll(); loan != null; loan = DROPPED.poll()) {
            ((Loan) loan).end();
        }
    }

    /** True if there is room for what has been counted in already. */
    private boolean collect() {
        long last = collected.get();
        long now = System.nanoTime();
        if (now - last < COLLECTION_EVERY || !collected.compareAndSet(last, now)) {
            return false;
        }
        System.gc();
        try {
            for (int i = 0; i < FINDING_MILLIS && lent.get() > most; i++) {
                if (DROPPED.remove(1) instanceof Loan loan) {
                    loan.end();
                    takeBack();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return lent.get() <= most;
    }

    /** A class of its own, by which Vert.x takes a buffer for none of the pool, and leaves it as it is. */
    private final class Reader extends AbstractByteBufAllocator {

        private Reader() {
            super(true);
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            return pool.heapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            if (initialCapacity > READ_WHEN_SHORT && scarce.getAsBoolean()) {
                return small(maxCapacity);
            }
            try {
                return initialCapacity <= SMALL || initialCapacity > MOST
                        ? pool.directBuffer(initialCapacity, maxCapacity) : large(initialCapacity);
            } catch (OutOfMemoryError e) {
                if (initialCapacity < LEAST_READ) {
                    throw e;
                }
                return new Missing(this, oneByte);
            }
        }

        /**
         * Thousands of connections may be ready at once, each of which is read before one is held back. What
         * is to be written grows as it needs to.
         */
        private ByteBuf small(int maxCapacity) {
            try {
                return pool.directBuffer(READ_WHEN_SHORT, maxCapacity);
            } catch (OutOfMemoryError e) {
                return new Missing(this, oneByte);
            }
        }

        /** Not to be read into: it joins what has been read, or takes what is to be written. */
        @Override
        public ByteBuf buffer(int initialCapacity) {
            return pool.directBuffer(initialCapacity);
        }

        @Override
        public ByteBuf buffer(int initialCapacity, int maxCapacity) {
            return pool.directBuffer(initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return true;
        }
    }

    /** Memory of the pool that is in use, until it is released or nobody can reach it any more. */
    private final class Loan extends PhantomReference<Large> {

        private final ByteBuf memory;

        Loan(Large large, ByteBuf memory) {
            super(large, DROPPED);
            this.memory = memory;
        }

        void end() {
            if (LOANS.remove(this)) {
                lent.addAndGet(-memory.capacity());
                memory.release();
            }
        }
    }

    private static final class Large extends UnpooledDirectByteBuf {

        private Loan loan;

        Large(Reader reader, ByteBuffer memory) {
            super(reader, memory, Integer.MAX_VALUE);
            clear();
        }

        @Override
        protected void deallocate() {
            super.deallocate();
            loan.end();
        }
    }

    /** Whatever else asked for so many bytes finds that they do not fit. */
    private static final class Missing extends UnpooledDirectByteBuf {

        Missing(Reader reader, ByteBuffer oneByte) {
            super(reader, oneByte, 1);
            clear();
        }
    }

    /** Gives up its bytes to who writes them; any other buffer is kept from being released by a write. */
    private static final class Once extends BufferImpl {

        private final ByteBuf bytes;

        Once(ByteBuf bytes) {
            super(bytes);
            this.bytes = bytes;
        }

        @Override
        public ByteBuf getByteBuf() {
            return bytes;
        }
    }
}

package dev.gyre.listener;

import dev.gyre.gate.RequestDecoder;
import dev.gyre.loop.LoopMemory;
import dev.gyre.loop.MemoryBudget;
import dev.gyre.model.MemoryHolding;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * The memory that one client's connection holds, and whether it is read. Three can stop the reading: the
 * request that is served, when enough of its body waits; the decoder, when enough requests do; and the node,
 * when memory is short and this connection holds much of it.
 */
final class ClientMemory {

    /** A client that holds less, the connection itself aside, is always read: any usual request fits. */
    private static final int LITTLE = 4 * 1024;

    private final Channel channel;
    private final WaitingParts waiting;
    private final RequestDecoder decoder;
    private final LoopMemory loop;
    private final MemoryRelief relief;
    private int kept;
    /** Of the bytes of bodies that have come: those that take no heap, or do so no more. */
    private long passedOn;
    private long bodiesBefore;
    /** Of an answer that the client does not take, on the heap. */
    private long untaken;
    private int counted;
    private boolean heldBack;
    /** Reads that have come since then. */
    private int readsSince;
    private boolean waits;
    private boolean released;

    /** @param waiting what has been decoded and nobody takes at the moment */
    ClientMemory(Channel channel, WaitingParts waiting, RequestDecoder decoder, LoopMemory loop,
            MemoryRelief relief) {
        this.channel = channel;
        this.waiting = waiting;
        this.decoder = decoder;
        this.loop = loop;
        this.relief = relief;
        count(LoopMemory.CONNECTION);
    }

    /** So many bytes have come; true when memory is short. */
    boolean read(int bytes) {
        return loop.read(bytes);
    }

    /**
     * A large read for a client that is not served yet, when memory is exhausted. Thousands of such reads may
     * have been under way before it was, and each takes more of the heap than it has bytes.
     */
    boolean refuses(int bytes) {
        return bytes > LITTLE && loop.budget().level() == MemoryBudget.Level.EXHAUSTED;
    }

    /**
     * It is held back, and more has come than the one read that may have been under way: when a client ends
     * its side, Netty reads all that has come from it, even with reading off.
     */
    boolean unwanted() {
        return heldBack && ++readsSince > 1;
    }

    /**
     * A read has been decoded.
     *
     * @param lent what came of bodies stays in the memory that it was read into, outside the heap
     */
    void decoded(boolean lent) {
        long bodies = decoder.bodyBytes();
        passedOn += (lent ? bodies - bodiesBefore : 0) - waiting.takeCopied();
        bodiesBefore = bodies;
    }

    /** So many bytes of a body that were on the heap have been written to a backend, or dropped. */
    void passedOn(int bytes) {
        passedOn = Math.min(decoder.bodyBytes(), passedOn + bytes);
        settle();
    }

    /** The client takes no more of its answer, which came in small reads; or it has taken what there was. */
    void behind(boolean is) {
        untaken = is ? download() : 0;
        settle();
    }

    /** Holds so many bytes of a body more, for another attempt, or fewer. */
    void keep(int more) {
        kept += more;
        settle();
    }

    /** The connection is being closed, which may take the system a while: it holds nothing but itself. */
    void release() {
        released = true;
        relief.forget(this);
        count(LoopMemory.CONNECTION);
    }

    /** The connection has closed. */
    void closed() {
        release();
        count(0);
    }

    boolean released() {
        return released;
    }

    /**
     * Counts what is held after a read, and sees whether to go on reading.
     *
     * @param scarce memory is short
     */
    void settle(boolean scarce) {
        if (released) {
            return;
        }
        settle();
        if (decoder.waiting() != waits) {
            waits = decoder.waiting();
            apply();
        }
        if (scarce && !heldBack && holdsMuch()) {
            heldBack = true;
            readsSince = 0;
            relief.heldBack(this);
            apply();
        }
    }

    /** A request has been answered: there may be room for the next one that waits. */
    void answered() {
        decoder.answered();
        if (decoder.served()) {
            // The part of a body that was not consumed is dropped with its request.
            passedOn = decoder.bodyBytes();
        }
        untaken = 0;
        settle();
        if (waits) {
            // Not from within the answer's last write.
            channel.eventLoop().execute(this::goOn);
        }
    }

    private void goOn() {
        if (channel.isActive()) {
            decoder.goOn(channel.pipeline().context(ClientConnection.WATCH));
            settle(false);
        }
    }

    /** Memory is there again. */
    void readOn() {
        heldBack = false;
        apply();
    }

    /** Reads on, or does not. */
    void apply() {
        channel.config().setAutoRead(!heldBack && !waits && !waiting.full());
    }

    private void settle() {
        if (!released) {
            count(LoopMemory.CONNECTION + decoder.held() + kept + (int) (bodies() + untaken));
        }
    }

    private void count(int now) {
        if (now != counted) {
            loop.add(now - counted);
            counted = now;
        }
    }

    /** All bytes that would come back if this connection ended now, on the heap and outside it. */
    long held() {
        return counted + requests() + upload() + Math.max(0, download() - untaken);
    }

    /** More than any usual request needs. */
    boolean holdsMuch() {
        return held() > LoopMemory.CONNECTION + LITTLE;
    }

    /** What this connection holds most of. */
    MemoryHolding most() {
        long requests = decoder.held() + requests();
        long upload = kept + Math.max(bodies(), upload());
        long download = download();
        if (requests + upload + download < LITTLE) {
            return MemoryHolding.CONNECTION;
        }
        return requests >= Math.max(upload, download) ? MemoryHolding.REQUESTS
                : upload >= download ? MemoryHolding.UPLOAD : MemoryHolding.DOWNLOAD;
    }

    private long requests() {
        return decoder.undecoded();
    }

    /** Bytes of bodies on the heap: what comes in small reads is copied. */
    private long bodies() {
        return Math.max(0, decoder.bodyBytes() - passedOn);
    }

    /** What of bodies waits here beside what is {@link #counted}; the two may overlap. */
    private long upload() {
        return waiting.bytes();
    }

    private long download() {
        ChannelOutboundBuffer written = channel.unsafe().outboundBuffer();
        return written == null ? 0 : written.totalPendingWriteBytes();
    }
}

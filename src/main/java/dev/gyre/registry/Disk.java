package dev.gyre.registry;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** The files of one directory, by their names; tests have one that crashes, fills up and rots at any byte. */
interface Disk {

    /** Makes sure that this process alone writes here; cheap, and called before every write. */
    void claim() throws IOException;

    List<String> names() throws IOException;

    byte[] read(String name) throws IOException;

    /** A new empty file in place of what has that name. */
    Output create(String name) throws IOException;

    /** A file that is there, to write on. */
    Output open(String name) throws IOException;

    /** Takes the place of what has that name. */
    void rename(String from, String to) throws IOException;

    /** The same file under a second name, which is not taken yet. */
    void link(String name, String second) throws IOException;

    void delete(String name) throws IOException;

    /** Returns when all that happened to names will survive a loss of power. */
    void sync() throws IOException;

    /** As the operator knows it. */
    String path(String name);

    /** In words, for the operator. */
    String reason(IOException cause);

    interface Output extends Closeable {

        /** Writes all of it, or fails. */
        void write(byte[] bytes, long at) throws IOException;

        void truncate(long size) throws IOException;

        /** Returns when all that was written will survive a loss of power. */
        void force() throws IOException;

        /** This is still the file that has that name. */
        boolean has(String name) throws IOException;
    }
}

package dev.gyre.registry;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * The files of one directory, by their names; tests have one that crashes, fills up and corrupts any byte.
 */
interface Disk {

    /** Ensures that only this process writes here; cheap, and called before every write. */
    void claim() throws IOException;

    List<String> names() throws IOException;

    byte[] read(String name) throws IOException;

    /** A new empty file; replaces a file of that name. */
    Output create(String name) throws IOException;

    /** Opens an existing file to append to. */
    Output open(String name) throws IOException;

    /** Renames the file; replaces a file of the new name. */
    void rename(String from, String to) throws IOException;

    /** Gives the file a second name, which must be free. */
    void link(String name, String second) throws IOException;

    void delete(String name) throws IOException;

    /** Returns when all changes of names will survive a loss of power. */
    void sync() throws IOException;

    /** The path that the operator gave. */
    String path(String name);

    /** In words, for the operator. */
    String reason(IOException cause);

    interface Output extends Closeable {

        /** Writes all of it, or fails. */
        void write(byte[] bytes, long at) throws IOException;

        void truncate(long size) throws IOException;

        /** Returns when all written bytes will survive a loss of power. */
        void force() throws IOException;

        /** Whether the name still leads to this file. */
        boolean has(String name) throws IOException;
    }
}

package dev.gyre.cluster;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;

/** Leaves a file behind where it is deserialised; the class is known to the nodes of a test. */
final class Bomb implements Serializable {

    private static final long serialVersionUID = 1;

    private final String mark;

    Bomb(Path mark) {
        this.mark = mark.toString();
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        Files.writeString(Path.of(mark), "in process " + ProcessHandle.current().pid());
    }
}

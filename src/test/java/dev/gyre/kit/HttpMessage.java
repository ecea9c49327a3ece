package dev.gyre.kit;

import java.util.List;
import java.util.Optional;

/** The head of a request or answer as it stood on the wire. */
public record HttpMessage(String startLine, List<String> headerLines) {

    public int status() {
        return Integer.parseInt(startLine.split(" ")[1]);
    }

    public String method() {
        return startLine.split(" ")[0];
    }

    public String target() {
        return startLine.split(" ")[1];
    }

    /** The values of all fields of that name, in any case, in their order. */
    public List<String> all(String name) {
        return headerLines.stream()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).trim()).toList();
    }

    public Optional<String> first(String name) {
        return all(name).stream().findFirst();
    }

    public boolean has(String name) {
        return !all(name).isEmpty();
    }
}

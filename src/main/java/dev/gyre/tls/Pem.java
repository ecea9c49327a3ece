package dev.gyre.tls;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The blocks of a file in the textual encoding of RFC 7468.
 *
 * @param label   e.g. {@code CERTIFICATE}
 * @param headers those of RFC 1421 inside the block, which say of a key that it is encrypted in the old way
 * @param der     the bytes
 * @param line    where it begins, from 1
 */
record Pem(String label, List<String> headers, byte[] der, int line) {

    private static final String BEGIN = "-----BEGIN ";
    private static final String END = "-----END ";
    private static final String DASHES = "-----";

    /** Reads all blocks; text around them is ignored, as openssl writes some. */
    static List<Pem> read(NamedText file) throws UnusableCertificate {
        List<Pem> blocks = new ArrayList<>();
        String name = file.name();
        List<String> lines = file.text().lines().map(String::strip).toList();
        for (int i = 0; i < lines.size(); i++) {
            if (begins(lines.get(i))) {
                int end = end(name, lines, i);
                blocks.add(block(name, lines, i, end));
                i = end;
            }
        }
        return blocks;
    }

    private static boolean begins(String line) {
        return line.startsWith(BEGIN) && line.endsWith(DASHES)
                && line.length() > BEGIN.length() + DASHES.length();
    }

    private static int end(String name, List<String> lines, int begin) throws UnusableCertificate {
        String wanted = lines.get(begin).replace(BEGIN, END);
        for (int i = begin + 1; i < lines.size(); i++) {
            if (lines.get(i).equals(wanted)) {
                return i;
            }
            if (lines.get(i).startsWith(DASHES)) {
                break;
            }
        }
        throw new UnusableCertificate(name + ", line " + (begin + 1) + ": \"" + lines.get(begin)
                + "\" without its end (expected: \"" + wanted + "\"); is the file half written?");
    }

    private static Pem block(String name, List<String> lines, int begin, int end) throws UnusableCertificate {
        String first = lines.get(begin);
        String label = first.substring(BEGIN.length(), first.length() - DASHES.length());
        List<String> headers = lines.subList(begin + 1, end).stream().filter(line -> line.contains(":"))
                .toList();
        StringBuilder digits = new StringBuilder();
        lines.subList(begin + 1, end).stream().filter(line -> !line.contains(":")).forEach(digits::append);
        try {
            return new Pem(label, headers, Base64.getDecoder().decode(digits.toString()), begin + 1);
        } catch (IllegalArgumentException e) {
            throw new UnusableCertificate(name + ", line " + (begin + 1) + ": " + label
                    + " is no Base64; is the file damaged?");
        }
    }
}

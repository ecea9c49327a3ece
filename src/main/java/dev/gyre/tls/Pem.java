package dev.gyre.tls;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The blocks of a file in the textual encoding of RFC 7468.
 *
 * @param label   e.g. {@code CERTIFICATE}
 * @param headers those of RFC 1421 inside the block, which say of a key that it is encrypted in the old way
 * @param der     the bytes
 * @param line    where it begins, from 1
 */
record Pem(String label, List<String> headers, byte[] der, int line) {

    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----");
    private static final String DASHES = "-----";

    /** Reads all blocks; text around them is ignored, as openssl writes some. */
    static List<Pem> read(NamedText file) throws UnusableCertificate {
        List<Pem> blocks = new ArrayList<>();
        List<String> lines = file.text().lines().map(String::strip).toList();
        for (int i = 0; i < lines.size(); i++) {
            Matcher begin = BEGIN.matcher(lines.get(i));
            if (begin.matches()) {
                int end = end(file.name(), lines, i, begin.group(1));
                blocks.add(block(file.name(), lines.subList(i + 1, end), i + 1, begin.group(1)));
                i = end;
            }
        }
        return blocks;
    }

    boolean isKey() {
        return label.endsWith("PRIVATE KEY");
    }

    boolean isCertificate() {
        return label.equals("CERTIFICATE") || label.equals("X509 CERTIFICATE");
    }

    private static int end(String name, List<String> lines, int begin, String label)
            throws UnusableCertificate {
        String wanted = "-----END " + label + DASHES;
        for (int i = begin + 1; i < lines.size(); i++) {
            if (lines.get(i).equals(wanted)) {
                return i;
            }
            if (lines.get(i).startsWith(DASHES)) {
                break;
            }
        }
        throw new UnusableCertificate(name + ", line " + (begin + 1) + ": " + label + " without its end"
                + " (expected: \"" + wanted + "\"); is the file half written?");
    }

    private static Pem block(String name, List<String> inside, int line, String label)
            throws UnusableCertificate {
        List<String> headers = inside.stream().filter(text -> text.contains(":")).toList();
        StringBuilder digits = new StringBuilder();
        inside.stream().filter(text -> !text.contains(":")).forEach(digits::append);
        try {
            return new Pem(label, headers, Base64.getDecoder().decode(digits.toString()), line);
        } catch (IllegalArgumentException e) {
            throw new UnusableCertificate(name + ", line " + line + ": " + label + " that is not Base64"
                    + " (expected: A-Z, a-z, 0-9, + and /); is the file damaged?");
        }
    }
}

package dev.gyre.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Fuzzed;
import dev.gyre.model.NormalPath.Spelling;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/** Routes compare paths in one form: every spelling of a path must lead to it, and it to itself. */
public class FuzzedPathsTest {

    static Stream<byte[]> seeds() {
        return Stream.of("", "a/b?c=d", "a//b", "a/./b", "a/../b", "..%2fadmin", "a;v=1/b;w", "%61dmin",
                        "a\\..\\b", "%252e%252e/", "a%3Fb%25", "%c0%af", "%e0%80%af", "%00", "%", ".%2e/x",
                        "a/..;x/b", "%5c%2F", "caf%C3%A9")
                .map(path -> path.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Fuzzed
    void holdFor(byte[] input) {
        fuzzerTestOneInput(input);
    }

    public static void fuzzerTestOneInput(byte[] input) {
        String target = "/" + new String(input, StandardCharsets.ISO_8859_1);
        NormalPath path = NormalPath.of(target);
        String text = path.text();
        assertThat(text).startsWith("/").doesNotContain("//", "/./", "/../", "\\", "?");
        assertThat(text.endsWith("/.") || text.endsWith("/..")).as(text).isFalse();
        if (path.spelling() == Spelling.BROKEN) {
            return;
        }
        if (NormalPath.isNormal(target)) {
            assertThat(text).isEqualTo(target.split("\\?", 2)[0]);
        }
        assertThat(NormalPath.of(target + "?x=/../y")).isEqualTo(path);
        assertThat(NormalPath.of(spelledOut(target))).as(spelledOut(target)).isEqualTo(path);
        // An escaped semicolon is part of a name, and loses that in the plain form.
        if (text.indexOf(';') < 0) {
            assertThat(NormalPath.of(text)).isEqualTo(new NormalPath(text, Spelling.PLAIN));
        }
    }

    /** The same path with every letter of it escaped that is not part of an escape. */
    private static String spelledOut(String target) {
        StringBuilder spelled = new StringBuilder();
        int query = target.indexOf('?');
        String path = query < 0 ? target : target.substring(0, query);
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            boolean letter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
            if (c == '%') {
                spelled.append(path, i, i + 3);
                i += 2;
            } else {
                spelled.append(letter ? String.format("%%%02X", (int) c) : String.valueOf(c));
            }
        }
        return spelled.toString();
    }
}

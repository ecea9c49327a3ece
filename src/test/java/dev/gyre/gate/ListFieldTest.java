package dev.gyre.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** A list means the same however it is written (RFC 9110, section 5.6.1). */
class ListFieldTest {

    /** How the elements of a list are written: what stands before and after each, and in which line it is. */
    record Written(List<String> elements, List<String> lines) {
    }

    @Property
    void theElementsAreFoundHoweverTheListIsWritten(@ForAll("tokens") Written list) {
        assertThat(ListField.CONNECTION.elements(list.lines())).isEqualTo(list.elements());
        assertThat(ListField.EXPECT.elements(list.lines())).isEqualTo(list.elements());
        assertThat(ListField.VIA.elements(list.lines())).isEqualTo(list.elements());
        list.elements().forEach(element -> {
            assertThat(ListField.CONNECTION.has(list.lines(), element)).isTrue();
            assertThat(ListField.CONNECTION.has(list.lines(), element.toUpperCase(Locale.ROOT))).isTrue();
        });
    }

    @Property
    void whatIsOnlyPartOfAnElementIsNone(@ForAll("tokens") Written list, @ForAll("token") String token) {
        assertThat(ListField.CONNECTION.has(list.lines(), token))
                .isEqualTo(list.elements().stream().anyMatch(token::equalsIgnoreCase));
        assertThat(ListField.CONNECTION.has(list.lines(), "")).isFalse();
    }

    @Property
    void quotedStringsAreKeptWhole(@ForAll("quoted") Written list) {
        assertThat(ListField.EXPECT.elements(list.lines())).isEqualTo(list.elements());
        assertThat(ListField.FORWARDED.elements(list.lines())).isEqualTo(list.elements());
    }

    @Property
    void cookiesAreApartBySemicolons(@ForAll("tokens") Written list) {
        List<String> lines = list.lines().stream().map(line -> line.replace(',', ';')).toList();
        assertThat(ListField.COOKIE.elements(lines)).isEqualTo(list.elements());
    }

    @Property
    void anyTextIsRead(@ForAll List<String> lines) {
        for (ListField field : ListField.values()) {
            assertThat(field.elements(lines)).allSatisfy(element -> {
                assertThat(element).isNotEmpty();
                assertThat(field.has(lines, element)).isTrue();
            });
        }
    }

    @Example
    void aFieldOverSeveralLinesIsOneList() {
        MultiMap fields = MultiMap.caseInsensitiveMultiMap().add("connection", "close").add("X-A", "b")
                .add("Connection", "TE,, Upgrade").add("CONNECTION", " , ").add("CONNECTION", "");
        assertThat(ListField.CONNECTION.of(fields)).containsExactly("close", "TE", "Upgrade");
        assertThat(ListField.EXPECT.of(fields)).isEmpty();
        assertThat(ListField.EXPECT.lines(fields)).isEmpty();
    }

    @Example
    void commentsOfViaAreKeptWhole() {
        assertThat(ListField.VIA.elements(List.of("1.1 a (b, c (d, e) \\), \"), 1.0 f")))
                .containsExactly("1.1 a (b, c (d, e) \\), \")", "1.0 f");
    }

    @Example
    void whatIsNeverClosedHidesNothing() {
        assertThat(ListField.VIA.elements(List.of("1.1 a (b, 1.1 c (d)", "1.1 e (f), 1.1 g")))
                .containsExactly("1.1 a (b", "1.1 c (d)", "1.1 e (f)", "1.1 g");
        assertThat(ListField.EXPECT.has(List.of("x=\"y, 100-continue"), "100-continue")).isTrue();
    }

    @Example
    void whatIsNoQuoteEnclosesNothing() {
        assertThat(ListField.CONNECTION.elements(List.of("\"a, close\""))).containsExactly("\"a", "close\"");
        assertThat(ListField.COOKIE.elements(List.of("a=\"b;c\""))).containsExactly("a=\"b", "c\"");
    }

    @Example
    void aloneMeansWithoutAnyOtherElement() {
        assertThat(ListField.TRANSFER_ENCODING.isExactly(List.of("Chunked"), "chunked")).isTrue();
        for (List<String> more : List.of(List.<String>of(), List.of("chunked,"), List.of(",chunked"),
                List.of("chunked", "chunked"), List.of("chunked", ""))) {
            assertThat(ListField.TRANSFER_ENCODING.isExactly(more, "chunked")).isFalse();
        }
    }

    @Provide
    Arbitrary<Written> tokens() {
        return lists(token());
    }

    @Provide
    Arbitrary<Written> quoted() {
        Arbitrary<String> text = Arbitraries.of("", ",", ", ", "a", "\\\"", "\\\\", " ", ";", "(").list()
                .ofMaxSize(5).map(parts -> String.join("", parts));
        return lists(Combinators.combine(token(), text).as((name, value) -> name + "=\"" + value + '"'));
    }

    @Provide
    Arbitrary<String> token() {
        return Arbitraries.strings().withChars("abCD-1").ofMinLength(1).ofMaxLength(3);
    }

    private static Arbitrary<Written> lists(Arbitrary<String> element) {
        Arbitrary<String> before = Arbitraries.of("", " ", "\t", ",", ", ,", " ,\t");
        Arbitrary<String> after = Arbitraries.of("", " ", "\t", " \t");
        Arbitrary<Boolean> ends = Arbitraries.of(true, false);
        return Combinators.combine(element, before, after, ends)
                .as((text, lead, trail, end) -> new Part(text, lead + text + trail, end))
                .list().ofMaxSize(6).map(ListFieldTest::write);
    }

    private record Part(String element, String written, boolean endsLine) {
    }

    private static Written write(List<Part> parts) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (Part part : parts) {
            line.append(line.isEmpty() ? "" : ",").append(part.written());
            if (part.endsLine()) {
                lines.add(line.toString());
                line.setLength(0);
            }
        }
        lines.add(line.toString());
        return new Written(parts.stream().map(Part::element).toList(), lines);
    }
}

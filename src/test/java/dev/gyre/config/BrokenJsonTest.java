package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A slip in the JSON is found again by line and column. */
class BrokenJsonTest {

    static String message(String text) {
        return catchThrowableOfType(UnreadableConfig.class, () -> JsonText.parse("c.json", text))
                .getMessage();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {~ "a": 1,~ }         | c.json, line 3, column 2: unexpected '}' (expected: a key in double quotes)
        {~ "a": 1~ "b": 2 }   | c.json, line 3, column 2: unexpected '"' (expected: comma to separate Object entries)
        {~ "a": [1, 2          | c.json, line 2, column 12: unexpected end-of-input (expected: close marker for Array opened in line 2)
        {~ "a": [1 }         | c.json, line 2, column 10: unexpected close marker '}' (expected: ']' for Array opened in line 2)
        {~ "a": yes }         | c.json, line 2, column 7: text without quotes (expected: a value)
        {"a":1,~ "a":2}       | c.json, line 2, column 5: duplicate field 'a'
        {} {}                 | c.json: not a JSON object, or something after its end
        [1]                   | c.json: a list (expected: a JSON object)
        "x"                   | c.json: "x" (expected: a JSON object)
        ``                    | c.json: empty (expected: a JSON object)
        """)
    void isToldOnOneLine(String text, String expected) {
        assertThat(message(text.replace('~', '\n'))).isEqualTo(expected);
    }

    @Test
    void byteOrderMarksAndCommentsAreNoSlips() throws UnreadableConfig {
        assertThat(JsonText.parse("c.json", "\uFEFF{ /* all */ \"a\": 1 } // done").getInteger("a")).isOne();
    }
}

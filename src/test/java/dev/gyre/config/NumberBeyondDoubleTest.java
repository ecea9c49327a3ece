package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A number that nothing here can hold is a mistake like any other, with its key and its range. */
class NumberBeyondDoubleTest {

    private static Checked<Settings> read(String number) throws UnreadableConfig {
        return ConfigReader.read(JsonText.parse("test", "{\"services\":{\"web\":{"
                + "\"backends\":[\"http://a:1\"],"
                + "\"pool\":{\"maxConnections\":" + number + "},\"retry\":{\"budget\":{\"ratio\":" + number
                + "}}}},\"listeners\":[{\"port\":" + number + "}]}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e999", "-1e999", "1e99999999999", "1e308", "123456789012345678901234567890",
        "0.5e-999999"})
    void isRefusedWithItsRange(String number) throws Exception {
        assertThat(read(number).mistakes()).anySatisfy(mistake -> assertThat(mistake.toString())
                .startsWith("services.web.pool.maxConnections: ").endsWith("(expected: 1..1000000)")
                .hasSizeLessThan(200));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "0x10", "1e", "--1"})
    void whatIsNoNumberOfJsonIsToldByItsPlace(String number) {
        assertThatThrownBy(() -> read(number)).isInstanceOf(UnreadableConfig.class)
                .hasMessageContaining("test, line 1, column ");
    }

    @ParameterizedTest
    @ValueSource(ints = {2_000, 200_000})
    void whatIsNestedOrLongWithoutEndIsToldAsSuch(int depth) {
        for (String text : new String[] {"[".repeat(depth), "1".repeat(depth)}) {
            assertThatThrownBy(() -> read(text)).isInstanceOf(UnreadableConfig.class)
                    .hasMessageStartingWith("test: nested too deeply, or a key or number too long");
        }
    }
}

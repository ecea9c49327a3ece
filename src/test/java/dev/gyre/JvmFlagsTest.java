package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A node that was started without the flags that serve it best must say so, and only then. */
class JvmFlagsTest {

    @Test
    void plainJavaMissesThemAllAndSaysWhatEachCosts() {
        assertThat(JvmFlags.missing(List.of(), 25, true)).hasValueSatisfying(text -> assertThat(text)
                .startsWith("flags=\"-XX:+UseParallelGC -XX:InitialRAMPercentage=0.1 -XX:MetaspaceSize=64m"
                        + " -XX:FreqInlineSize=100 -XX:MaxInlineLevel=9 -XX:InlineSmallCode=1500"
                        + " --sun-misc-unsafe-memory-access=allow -XX:AOTCache=gyre.aot\" cost=\"")
                .contains("4 to 8 % more CPU").contains("a start that takes twice as long"));
    }

    @Test
    void flagsThatThisJdkDoesNotKnowAreNotMissing() {
        assertThat(JvmFlags.missing(List.of(), 17, true)).hasValueSatisfying(
                text -> assertThat(text).doesNotContain("unsafe").doesNotContain("AOTCache"));
    }

    @Test
    void whatTheUserHasSetOtherwiseIsNotMissing() {
        assertThat(JvmFlags.missing(List.of("-XX:+UseZGC", "-Xms2g", "-XX:MetaspaceSize=128m",
                "-XX:FreqInlineSize=325", "-XX:MaxInlineLevel=15", "-XX:InlineSmallCode=2500"), 17, true))
                .isEmpty();
    }

    @Test
    void whatTheFlagsOnInliningAreWorthDependsOnTheLimitsThatNeedNoFlag() {
        assertThat(JvmFlags.missing(List.of(), 17, true)).hasValueSatisfying(text -> assertThat(text)
                .containsOnlyOnce("two fifths more work for the compiler").doesNotContain("twice the work"));
        assertThat(JvmFlags.missing(List.of(), 17, false)).hasValueSatisfying(text -> assertThat(text)
                .containsOnlyOnce("twice the work for the compiler").doesNotContain("two fifths"));
    }

    @Test
    void theWrapperSetsEachOfThem() throws Exception {
        String wrapper = Files.readString(Path.of("src", "main", "sh", "vertx"));
        assertThat(JvmFlags.WANTED).allSatisfy(flag -> assertThat(wrapper.replaceAll("\\$here/", ""))
                .containsPattern("(^|[\\s=\"])" + Pattern.quote(flag.text())));
    }
}

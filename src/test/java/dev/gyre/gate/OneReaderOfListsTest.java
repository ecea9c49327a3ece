package dev.gyre.gate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two places that read the same list in two ways are what requests are smuggled through. So {@link ListField}
 * is the only one that asks a message for a field that is a list and decides something.
 */
class OneReaderOfListsTest {

    private static final Set<String> LISTS = Set.of("connection", "proxy-connection", "keep-alive", "expect",
            "te", "transfer-encoding", "trailer", "upgrade", "via", "forwarded", "x-forwarded-for",
            "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "cookie");
    private static final Path SOURCES = Path.of("src/main/java");

    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\n]*", Pattern.DOTALL);
    private static final Pattern CONSTANT =
            Pattern.compile("\\b([A-Z][A-Z0-9_]*)\\s*=\\s*(?:[\\w.]+\\(\\s*)?\"([\\w-]+)\"");
    private static final Pattern ASKS = Pattern.compile("\\.(?:get\\w*|contains\\w*|value\\w*Iterator)\\("
            + "\\s*(?:\"([\\w-]+)\"|(?:\\w+\\.)*([A-Z][A-Z0-9_]*))\\s*[,)]");
    /** Ways of Netty and Vert.x to ask for such a field without naming it. */
    private static final Pattern ASKS_UNNAMED = Pattern.compile("\\b(?:isKeepAlive|is100ContinueExpected"
            + "|isUnsupportedExpectation|isTransferEncodingChunked|canUpgradeToWebSocket|isConnectOrUpgrade"
            + "|getCookie|cookies|cookieMap|cookieCount)\\(");
    /** It follows Netty's decoder, and so must know what that one takes for chunked. */
    private static final String FOLLOWS_NETTY = "DecodedBytes.java: isTransferEncodingChunked(";

    @Test
    void nobodyElseAsksForAList() throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
                asked(Files.readString(file)).forEach(asks -> found.add(file.getFileName() + ": " + asks));
            }
        }
        assertThat(found).as("places that ask for a list: they are to use ListField")
                .containsExactly(FOLLOWS_NETTY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"headers.get(\"Connection\")", "request.getHeader(HttpHeaders.EXPECT)",
        "from.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING)",
        "fields.contains(\n    \"te\", \"x\", true)",
        "headers.getAll(io.vertx.core.http.HttpHeaders.COOKIE)", "f.valueCharSequenceIterator(VIA)",
        "HttpUtil.isKeepAlive(request)", "request.cookies(\"a\")", "HttpUtil.is100ContinueExpected(r)",
        "String MINE = \"Forwarded\"; int a() { return from.getAll(MINE).size(); }",
        "CharSequence F = HttpHeaders.createOptimized(\"X-Forwarded-For\"); x.get(F)"})
    void eachWayToAskIsFound(String source) {
        assertThat(asked("class A {\n" + source + ";\n}")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"headers.get(\"Host\")", "headers.set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)",
        "ListField.CONNECTION.of(headers)", "// headers.get(\"via\")", "map.get(key)",
        "headers.get(HttpHeaders.CONTENT_LENGTH)"})
    void nothingElseIs(String source) {
        assertThat(asked("class A {\n" + source + ";\n}")).isEmpty();
    }

    private static List<String> asked(String source) {
        String code = COMMENT.matcher(source).replaceAll("");
        Set<String> constants = constants(code);
        List<String> found = new ArrayList<>();
        Matcher asks = ASKS.matcher(code);
        while (asks.find()) {
            boolean list = asks.group(1) == null ? constants.contains(asks.group(2))
                    : LISTS.contains(asks.group(1).toLowerCase(Locale.ROOT));
            if (list) {
                found.add(asks.group());
            }
        }
        ASKS_UNNAMED.matcher(code).results().forEach(unnamed -> found.add(unnamed.group()));
        return found;
    }

    /** Those of the libraries, which are named as their fields are, and those that the class has itself. */
    private static Set<String> constants(String code) {
        Set<String> names = new HashSet<>();
        LISTS.forEach(list -> names.add(list.toUpperCase(Locale.ROOT).replace('-', '_')));
        CONSTANT.matcher(code).results()
                .filter(constant -> LISTS.contains(constant.group(2).toLowerCase(Locale.ROOT)))
                .forEach(constant -> names.add(constant.group(1)));
        return names;
    }
}

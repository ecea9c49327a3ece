package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Variables and files stand in for text, and where they cannot, the key that wanted them is named. */
class SubstitutionTest {

    private static final Map<String, String> ENV = Map.of("HOST", "10.0.0.5", "PORT", "9001", "EMPTY", "",
            "ODD", "a$1\\b", "NESTED", "${HOST}", "YES", "true", "SECRET", "hunter2");
    private static final Map<String, String> FILES = Map.of("/run/token", "t0ken\r\n", "rel", "r");

    private static Checked<Settings> read(String rest) {
        String web = "'web':{'backends':['http://${HOST}:${PORT}']}";
        return Read.config(Read.json("{'services':{" + web + "}," + rest + "}"), ENV, FILES);
    }

    @Test
    void putsInVariablesAndFilesAnywhere() {
        Settings settings = read("""
                'listeners':[{'port':'${PORT}'}], 'forwarding':{'forwarded':'${YES}'},
                'admin':{'host':'${HOST}','token':'x-${file:/run/token}'},
                'data':'/var/${file:rel}/$${HOST}/$5'""")
                .accepted().orElseThrow();
        assertThat(settings.declared().services().get("web").backends().get(0).url())
                .hasToString("http://10.0.0.5:9001");
        assertThat(settings.listeners().get(0).port()).isEqualTo(9001);
        assertThat(settings.forwarding().forwarded()).isTrue();
        assertThat(settings.admin().tokens().get(0).secret()).isEqualTo("x-t0ken");
        assertThat(settings.data()).isEqualTo("/var/r/${HOST}/$5");
    }

    @Test
    void takesWhatItPutsInAsItIs() {
        assertThat(read("'data':'${ODD}${NESTED}'").accepted().orElseThrow().data())
                .isEqualTo("a$1\\b${HOST}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        'data':'${NOPE}'                     | data: "${NOPE}" is not set (expected: an environment variable)
        'grace':'${NOPE}'                    | grace: "${NOPE}" is not set (expected: an environment variable)
        'admin':{'token':'${NOPE}'}          | admin.token: "${NOPE}" is not set (expected: an environment variable)
        'cluster':{'members':['a','${NOPE}']}| cluster.members[1]: "${NOPE}" is not set (expected: an environment variable)
        'admin':{'token':'${file:/nope}'}    | admin.token: "${file:/nope}" cannot be read (expected: a readable file)
        'data':'${a-b}'                      | data: "${a-b}" (expected: ${ENV_NAME}, ${file:PATH}, or $${ for a plain ${)
        'data':'x${HOST'                     | data: "x${HOST" has a "${" without its "}" (expected: ${ENV_NAME}, ${file:PATH}, or $${ for a plain ${)
        'admin':{'token':'${EMPTY}'}         | admin.token: the value of "${EMPTY}" (expected: a text that is not empty)
        'routes':[{'service':'${HOST}'}]     | routes[0].service: the value of "${HOST}" (known: web)
        """)
    void namesTheKeyOfWhatIsMissing(String rest, String expected) {
        assertThat(Read.lines(read(rest))).containsExactly(expected);
    }

    @Test
    void onlyAReferenceMayStandForANumber() {
        assertThat(Read.lines(read("'admin':{'port':'9001'}")))
                .containsExactly("admin.port: \"9001\" (expected: a number, 0..65535)");
    }
}

package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Fuzzed;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** Whatever stands in a config is either understood or told of in lines with a path; nothing is thrown. */
public class FuzzedConfigTest {

    private static final Map<String, String> ENV = Map.of("PORT", "8080", "TOKEN", "secret", "EMPTY", "");

    static Stream<byte[]> seeds() throws IOException {
        return Stream.of(Files.readString(Path.of("conf/gyre.json")), SchemaAgreementTest.EVERY_OBJECT, "{}",
                "{'services':{'a':{'balance':{'by':'consistent-hash','key':'header:X-A','boundedLoad':1.25},"
                        + "'sticky':{'cookie':'gyre','ttl':'1h'},'backends':['http://[::1]:80']}}}",
                "{'services':{'a':{'retry':{'on':['connect','reset','503'],'hedge':{'after':'p95'},"
                        + "'budget':{'ratio':0.2,'perSecond':3}},'hold':{'whenEmpty':'5s','queue':10}}}}",
                "{'services':{'a':{'health':{'http':{'path':'/h','status':'200-299','port':1},'panic':0.3},"
                        + "'ejection':{'statuses':[502],'latency':3.5,'max':0}}},'zone':'eu'}",
                "{'services':{'a':{},'b':{}},'routes':[{'host':'*.a.b','path':'/v1/*','service':'b',"
                        + "'maxBody':'1MB'},{'service':'c'}],'limits':{'minRate':'0B','head':'10s'}}",
                "{'admin':{'host':'0.0.0.0','token':'${TOKEN}'},"
                        + "'forwarding':{'trusted':['10.0.0.0/8','::1']},'data':'${file:x}',"
                        + "'listeners':[{'port':'${PORT}'}]}",
                "{'cluster':{'name':'gyre','host':'127.0.0.1','members':['10.0.0.2'],'secret':'${NONE}'}}")
                .map(text -> text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    @Fuzzed
    void holdFor(byte[] input) {
        fuzzerTestOneInput(input);
    }

    public static void fuzzerTestOneInput(byte[] input) {
        JsonObject json;
        try {
            json = JsonText.parse("c.json", new String(input, StandardCharsets.UTF_8));
        } catch (UnreadableConfig e) {
            assertThat(e.getMessage()).startsWith("c.json").doesNotContain("\n");
            return;
        }
        JsonObject given = json.copy();
        Checked<Settings> checked = Read.config(json, ENV, Map.of("x", "text"));
        assertThat(json).as("the config itself").isEqualTo(given);
        assertThat(checked.accepted().isPresent()).isEqualTo(checked.mistakes().isEmpty());
        for (ConfigError mistake : checked.mistakes()) {
            assertThat(mistake.found()).as("%s", mistake).isNotBlank();
            assertThat(mistake.path()).as("%s", mistake).isNotEmpty();
            assertThat(mistake.toString()).doesNotContain("\n", "\r");
        }
        // The same text means the same each time, or a reload would change what nobody has changed.
        assertThat(Read.config(given, ENV, Map.of("x", "text"))).isEqualTo(checked);
    }
}

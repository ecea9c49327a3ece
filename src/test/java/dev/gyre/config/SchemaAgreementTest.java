package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The schema an editor shows and the reader a node starts with never drift apart. */
class SchemaAgreementTest {

    /** Has every object there can be in a config. */
    static final String EVERY_OBJECT = """
            {'listeners':[{'port':1,'proxyProtocol':{'from':['10.0.0.1']},
               'tls':{'certificates':[{'cert':'a','key':'a'}],'clients':{'ca':'a'},'hsts':{}}}],
             'services':{'web':{'backends':[{'url':'http://a'}],'pool':{},'tls':{},'tunnels':{},
             'timeouts':{},'balance':{'by':'round-robin'},'sticky':{},'slowStart':{'window':'30s'},
             'retry':{'backoff':{},'budget':{},'hedge':{}},'ejection':{},'health':{'http':{},'tcp':{}},
             'hold':{},'limit':{'adaptive':{}}}},
             'routes':[{'service':'web'}], 'forwarding':{}, 'sticky':{}, 'limits':{}, 'node':{},
             'registry':{}, 'resolver':{'backoff':{}}, 'backendNetworks':{},
             'admin':{'tokens':[{'name':'a','role':'read','token':'t'}],
               'tls':{'cert':'a','key':'a','clients':{'ca':'a'}}},
             'cluster':{'tls':{'cert':'pom.xml','key':'pom.xml','ca':'pom.xml'}},
             'stores':[{'type':'json','config':{}}]}""";

    private final JsonObject schema = new JsonObject(text("conf/gyre.schema.json"));

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private OutputUnit validate(JsonObject config) {
        return Validator.create(JsonSchema.of(schema), new JsonSchemaOptions()
                .setDraft(Draft.DRAFT202012).setBaseUri("https://gyre.dev")).validate(config);
    }

    @Test
    void theExampleIsRightForBoth() {
        JsonObject example = new JsonObject(text("conf/gyre.json"));
        assertThat(validate(example).getValid()).isTrue();
        Settings settings = Read.config(example, Map.of(), Map.of()).accepted().orElseThrow();
        assertThat(settings.declared().services().get("web").backends()).hasSize(2);
        assertThat(settings.admin().tokens()).isEmpty();
        assertThat(settings.cluster()).isEmpty();
    }

    @Test
    void theExampleShowsTheDefaults() {
        JsonObject example = new JsonObject(text("conf/gyre.json"));
        Settings shown = Read.config(example, Map.of(), Map.of()).accepted().orElseThrow();
        JsonObject bare = new JsonObject().put("services", example.getJsonObject("services").copy());
        for (String key : List.of("balance", "host", "pool", "timeouts", "retry", "health")) {
            bare.getJsonObject("services").getJsonObject("web").remove(key);
        }
        Settings defaults = Read.config(bare, Map.of(), Map.of()).accepted().orElseThrow();
        assertThat(shown.declared().services()).isEqualTo(defaults.declared().services());
        assertThat(shown).usingRecursiveComparison().ignoringFields("declared").isEqualTo(defaults);
    }

    @Test
    void bothKnowTheSameKeysEverywhere() {
        JsonObject config = Read.json(EVERY_OBJECT);
        JsonObject strayed = (JsonObject) stray(config, schema);
        Map<String, Set<String>> reader = new TreeMap<>();
        Read.config(strayed, Map.of(), Map.of()).mistakes().stream()
                .filter(mistake -> mistake.found().equals("unknown key"))
                .forEach(mistake -> reader.put(mistake.path(), new TreeSet<>(mistake.known())));
        Map<String, Set<String>> written = new TreeMap<>();
        closedObjects("", schema, written);
        assertThat(reader).isEqualTo(written).hasSize(43);
    }

    @Test
    void bothHaveTheSameDefaults() {
        JsonObject filled = onlyWhatGoesTogether();
        fillDefaults(filled, schema);
        JsonObject bare = onlyWhatGoesTogether();
        assertThat(Read.config(filled, Map.of(), Map.of())).isEqualTo(Read.config(bare, Map.of(), Map.of()))
                .isInstanceOf(Checked.Ok.class);
    }

    private static JsonObject onlyWhatGoesTogether() {
        JsonObject config = Read.json(EVERY_OBJECT);
        config.remove("stores");
        config.getJsonObject("services").getJsonObject("web").getJsonObject("health").remove("tcp");
        return config;
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "'listeners':[{'port':0}]", "'listeners':[{'port':65536}]", "'listeners':[{'port':'1'}]",
        "'listeners':[]", "'listeners':[{'host':'unix:/a'}]", "'listeners':[{'host':'unix:/a','port':1}]",
        "'listeners':[{'port':'${PORT}'}]", "'listeners':[{}]", "'instances':'auto'", "'instances':'x'",
        "'instances':0", "'instances':1024", "'instances':1025", "'instances':'${PORT}'",
        "'services':{}", "'services':{'a b':{}}", "'services':{'a.b-c_1':{}}", "'services':[]",
        "'services':{'web':{'balance':'random'}}", "'services':{'web':{'host':''}}",
        "'services':{'web':{'backends':['http://a:1/']}}", "'services':{'web':{'backends':['http://a/b']}}",
        "'services':{'web':{'backends':['h2c://a']}}", "'services':{'web':{'backends':['HTTP://a']}}",
        "'services':{'web':{'backends':['http://a?b']}}", "'services':{'web':{'backends':['http://u@a']}}",
        "'services':{'web':{'backends':[{'url':'http://a','weight':1000}]}}",
        "'services':{'web':{'backends':[{'url':'http://a','weight':1001}]}}",
        "'services':{'web':{'backends':[{'url':'http://a','weight':0}]}}",
        "'services':{'web':{'backends':[{'weight':1}]}}",
        "'services':{'web':{'backends':['http://${HOST}']}}",
        "'services':{'web':{'pool':{'maxConnections':1000000,'maxQueue':10000000}}}",
        "'services':{'web':{'balance':{'by':'consistent-hash'}}}", "'services':{'web':{'balance':{}}}",
        "'services':{'web':{'balance':{'by':'peak-ewma','key':'cookie:a b'}}}",
        "'services':{'web':{'balance':{'by':'peak-ewma','key':'cookie:a','algorithm':'ring'}}}",
        "'services':{'web':{'balance':{'by':'peak-ewma','boundedLoad':1}}}",
        "'services':{'web':{'balance':7}}",
        "'services':{'web':{'balance':{'by':'peak-ewma','boundedLoad':1.01,'algorithm':'x'}}}",
        "'services':{'web':{'balance':'power-of-two','sticky':'off','slowStart':'off'}}",
        "'services':{'web':{'sticky':'on'}}", "'services':{'web':{'sticky':{'cookie':'a;b'}}}",
        "'services':{'web':{'sticky':{'cookie':'a','ttl':'1h'}}}", "'services':{'web':{'slowStart':{}}}",
        "'services':{'web':{'slowStart':{'window':'1s','aggression':0.1}}}",
        "'services':{'web':{'slowStart':{'window':'1s','aggression':11}}}",
        "'zone':'eu-1'", "'zone':'a b'", "'zone':'${PORT}'", "'sticky':{'secret':''}",
        "'services':{'web':{'backends':[{'url':'http://a','zone':'z'}]}}",
        "'services':{'web':{'backends':[{'url':'http://a','zone':''}]}}",
        "'services':{'web':{'pool':{'maxConnections':1000001}}}",
        "'services':{'web':{'pool':{'maxConnections':0}}}",
        "'services':{'web':{'pool':{'scope':'cluster'}}}", "'services':{'web':{'pool':{'scope':'all'}}}",
        "'services':{'web':{'pool':{'scope':1}}}",
        "'services':{'web':{'pool':{'maxQueue':10000001}}}", "'services':{'web':{'pool':{'maxQueue':0}}}",
        "'services':{'web':{'pool':{'keepAlive':30}}}", "'services':{'web':{'pool':{'keepAlive':'1.5s'}}}",
        "'services':{'web':{'timeouts':{'request':'1d'}}}",
        "'services':{'web':{'timeouts':{'request':'1h'}}}",
        "'services':{'web':{'retry':{'attempts':11}}}", "'services':{'web':{'retry':{'attempts':1}}}",
        "'services':{'web':{'retry':{'on':['connect','404']}}}", "'services':{'web':{'retry':{'on':[]}}}",
        "'services':{'web':{'retry':{'on':['200']}}}", "'services':{'web':{'retry':{'on':[503]}}}",
        "'services':{'web':{'retry':{'buffer':'64kb'}}}", "'services':{'web':{'retry':{'buffer':'1MB'}}}",
        "'services':{'web':{'retry':{'budget':{'ratio':0.5}}}}",
        "'services':{'web':{'retry':{'budget':{'ratio':2}}}}",
        "'services':{'web':{'retry':{'budget':{'perSecond':1.5}}}}",
        "'services':{'web':{'retry':{'hedge':{'after':'p95'}}}}",
        "'services':{'web':{'retry':{'hedge':{'after':'20ms'}}}}",
        "'services':{'web':{'retry':{'hedge':{'after':'p99'}}}}",
        "'services':{'web':{'ejection':{'failures':0}}}", "'services':{'web':{'ejection':{'failures':1000}}}",
        "'services':{'web':{'ejection':{'rate':0}}}", "'services':{'web':{'ejection':{'rate':1}}}",
        "'services':{'web':{'ejection':{'latency':1}}}", "'services':{'web':{'ejection':{'latency':2.5}}}",
        "'services':{'web':{'ejection':{'statuses':['500']}}}",
        "'services':{'web':{'ejection':{'statuses':['404']}}}",
        "'services':{'web':{'ejection':{'statuses':[503]}}}", "'services':{'web':{'ejection':{'max':0}}}",
        "'services':{'web':{'ejection':{'max':1.1}}}",
        "'services':{'web':{'ejection':{'baseEjection':'1s'}}}",
        "'services':{'web':{'ejection':{'baseEjection':'10'}}}",
        "'services':{'web':{'health':{'http':{'status':'204'},'tcp':'off'}}}",
        "'services':{'web':{'health':{'http':{},'tcp':{}}}}", "'services':{'web':{'health':{'http':'on'}}}",
        "'services':{'web':{'health':{'http':{'status':'2xx'}}}}",
        "'services':{'web':{'health':{'http':{'status':200}}}}",
        "'services':{'web':{'health':{'http':{'method':'POST'}}}}",
        "'services':{'web':{'health':{'http':{'path':'health'}}}}",
        "'services':{'web':{'health':{'http':{'path':'/a?b=c'}}}}",
        "'services':{'web':{'health':{'tcp':{'port':0}}}}", "'services':{'web':{'health':{'rise':0}}}",
        "'services':{'web':{'health':{'fall':100,'panic':0.5}}}",
        "'services':{'web':{'health':{'panic':1.1}}}", "'services':{'web':{'health':{'interval':5}}}",
        "'services':{'web':{'hold':{'queue':0}}}", "'services':{'web':{'hold':{'queue':1000001}}}",
        "'services':{'web':{'hold':{'whenEmpty':'off'}}}", "'services':{'web':{'hold':{'whenEmpty':'5s'}}}",
        "'services':{'web':{'hold':{'whenEmpty':5}}}",
        "'services':{'web':{'limit':'off'}}", "'services':{'web':{'limit':'adaptive'}}",
        "'services':{'web':{'limit':'adaptve'}}", "'services':{'web':{'limit':'100'}}",
        "'services':{'web':{'limit':'${PORT}'}}", "'services':{'web':{'limit':0}}",
        "'services':{'web':{'limit':1000000}}", "'services':{'web':{'limit':1000001}}",
        "'services':{'web':{'limit':true}}", "'services':{'web':{'limit':{}}}",
        "'services':{'web':{'limit':1.5}}", "'services':{'web':{'limit':{'adaptive':5}}}",
        "'services':{'web':{'limit':{'adaptive':{'min':0}}}}",
        "'services':{'web':{'limit':{'adaptive':{'min':1,'max':5,'tolerance':1.1}}}}",
        "'services':{'web':{'limit':{'adaptive':{'tolerance':1}}}}",
        "'routes':[{'service':'web','priority':'critical'}]",
        "'routes':[{'service':'web','priority':'high'}]", "'routes':[{'service':'web','priority':1}]",
        "'routes':[{'service':'web','path':'/a*'}]", "'routes':[{'service':'web','path':'/a/*'}]",
        "'routes':[{'service':'web','path':'/ä'}]", "'routes':[{'service':'web','path':'/*'}]",
        "'routes':[{'service':'web','path':'a'}]",
        "'routes':[{'service':'web','path':'/a?b'}]", "'routes':[{'path':'/'}]", "'routes':[{'service':''}]",
        "'admin':{'port':-1}", "'admin':{'token':''}", "'admin':{'token':7}", "'admin':{'token':'x'}",
        "'admin':{'tokens':[{'name':'a b','role':'read','token':'x'}]}", "'admin':{'tokens':[{}]}",
        "'admin':{'tokens':[{'name':'a','role':'write','token':'x'}]}",
        "'admin':{'tokens':[{'name':'a','role':'operate','token':'x'}]}",
        "'cluster':{'port':0}", "'cluster':{'eventBusPort':0}", "'cluster':{'members':['a']}", "'cluster':[]",
        "'forwarding':{'forwarded':'yes'}", "'forwarding':{'forwarded':'${YES}'}",
        "'forwarding':{'trusted':'x'}", "'limits':{'connections':0}", "'limits':{'connections':10000000}",
        "'limits':{'headerCount':10001}", "'limits':{'headers':'64K'}", "'limits':{'maxBody':'0B'}",
        "'limits':{'minRate':'0B'}", "'limits':{'head':'10'}", "'limits':{'requestsPerConnection':0}",
        "'routes':[{'service':'web','maxBody':'10MB'}]", "'routes':[{'service':'web','maxBody':10}]",
        "'resolver':{'servers':['10.0.0.53','10.0.0.53:5353','[fd00::53]:53','fd00::53']}",
        "'resolver':{'servers':[]}", "'resolver':{'servers':['dns.local']}",
        "'resolver':{'servers':['10.0.0.0/8']}", "'resolver':{'servers':['10.0.0.53:x']}",
        "'resolver':{'servers':'10.0.0.53'}",
        "'resolver':{'timeout':'500ms','minTtl':'5s','maxTtl':'60s','family':'ipv4'}",
        "'resolver':{'family':'ipv5'}", "'resolver':{'family':4}", "'resolver':{'timeout':2}",
        "'resolver':{'backoff':{'base':'2s','max':'1m'}}", "'resolver':{'backoff':'2s'}",
        "'registry':{'retention':'7h'}", "'registry':{'retention':7}", "'registry':[]",
        "'data':''", "'data':'x'", "'grace':'0s'", "'grace':'5'", "'grace':5", "'$schema':'x'", "'$schema':5",
        "'stores':[{}]", "'stores':[{'type':'json','optional':true}]", "'stores':[{'type':'json','config':5}]"
    })
    void bothJudgeAlike(String fragment) {
        JsonObject config = Read.json("{'services':{'web':{}}}").mergeIn(Read.json("{" + fragment + "}"));
        List<String> mistakes = Read.lines(
                Read.config(config, Map.of("PORT", "80", "HOST", "h", "YES", "true"), Map.of()));
        assertThat(validate(config).getValid()).as(mistakes.toString()).isEqualTo(mistakes.isEmpty());
    }

    /** The schema node with its {@code $ref} followed, and of alternatives the one that is an object. */
    private JsonObject follow(JsonObject node) {
        if (node.containsKey("$ref")) {
            String name = node.getString("$ref").substring("#/$defs/".length());
            return follow(schema.getJsonObject("$defs").getJsonObject(name));
        }
        if (node.containsKey("anyOf")) {
            return node.getJsonArray("anyOf").stream().map(option -> follow((JsonObject) option))
                    .filter(option -> option.containsKey("properties")).findFirst().orElse(node);
        }
        return node;
    }

    /** Paths of an unknown key in each closed object of the schema, with the keys the schema allows there. */
    private void closedObjects(String path, JsonObject unfollowed, Map<String, Set<String>> found) {
        JsonObject node = follow(unfollowed);
        String prefix = path.isEmpty() ? "" : path + ".";
        if (Boolean.FALSE.equals(node.getValue("additionalProperties"))) {
            found.put(prefix + "zzz", new TreeSet<>(node.getJsonObject("properties").fieldNames()));
            node.getJsonObject("properties").forEach(property ->
                    closedObjects(prefix + property.getKey(), (JsonObject) property.getValue(), found));
        } else if (node.getValue("additionalProperties") instanceof JsonObject values) {
            closedObjects(prefix + "web", values, found);
        } else if (node.getValue("items") instanceof JsonObject items) {
            closedObjects(path + "[0]", items, found);
        }
    }

    /** The config with an unknown key in every object that the reader should know. */
    private Object stray(Object value, JsonObject unfollowed) {
        JsonObject node = follow(unfollowed);
        if (value instanceof JsonArray array) {
            return new JsonArray(array.stream()
                    .map(item -> stray(item, node.getJsonObject("items"))).collect(Collectors.toList()));
        }
        if (!(value instanceof JsonObject object) || !node.containsKey("additionalProperties")) {
            return value;
        }
        JsonObject result = new JsonObject();
        boolean named = node.getValue("additionalProperties") instanceof JsonObject;
        object.forEach(entry -> result.put(entry.getKey(), stray(entry.getValue(), named
                ? node.getJsonObject("additionalProperties")
                : node.getJsonObject("properties").getJsonObject(entry.getKey()))));
        return named ? result : result.put("zzz", 1);
    }

    private void fillDefaults(JsonObject object, JsonObject unfollowed) {
        JsonObject node = follow(unfollowed);
        if (node.getValue("additionalProperties") instanceof JsonObject values) {
            object.fieldNames().forEach(name -> fillDefaults(object.getJsonObject(name), values));
            return;
        }
        node.getJsonObject("properties", new JsonObject()).forEach(property -> {
            JsonObject inner = (JsonObject) property.getValue();
            Object value = object.getValue(property.getKey());
            if (value instanceof JsonObject nested) {
                fillDefaults(nested, inner);
            } else if (value instanceof JsonArray list && list.getValue(0) instanceof JsonObject first) {
                fillDefaults(first, follow(inner).getJsonObject("items"));
            } else if (value == null && inner.containsKey("default")) {
                object.put(property.getKey(), inner.getValue("default"));
            }
        });
    }
}

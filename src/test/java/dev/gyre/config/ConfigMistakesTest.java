package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each mistake is told by its path, with what was found, what was expected and the nearest right name. */
class ConfigMistakesTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {'listeners':[{'port':99999}]}          | listeners[0].port: 99999 (expected: 0..65535)
        {'listeners':[{'port':-1}]}             | listeners[0].port: -1 (expected: 0..65535)
        {'listeners':[{'port':80.5}]}           | listeners[0].port: 80.5 (expected: 0..65535)
        {'listeners':[{'port':'80'}]}           | listeners[0].port: "80" (expected: a number, 0..65535)
        {'listeners':[{'port':null}]}           | listeners[0].port: null (expected: a number, 0..65535)
        {'listeners':[{'host':'::'}]}           | listeners[0].port: missing (expected: 0..65535)
        {'listeners':[{'host':'a:80','port':1}]}| listeners[0].host: "a:80" (expected: an address or a name, without a port, or "unix:/path")
        {'listeners':[]}                        | listeners: empty (expected: at least one listener)
        {'listeners':{'port':1}}                | listeners: an object (expected: a list)
        {'listeners':[8080]}                    | listeners[0]: a number (expected: an object)
        {'listeners':[{'port':8080},{'host':'10.0.0.1','port':8080}]} | listeners[1]: the same port as listeners[0] (expected: each port once)
        {'listners':[]}                         | listners: unknown key (did you mean "listeners"? known: $schema, admin, backendNetworks, cluster, data, forwarding, grace, instances, limits, listeners, node, registry, resolver, routes, services, sticky, stores, warmUp, zone)
        {'instances':'many'}                    | instances: "many" (expected: "auto" or 1..1024)
        {'instances':0}                         | instances: 0 (expected: 1..1024)
        {'admin':{'port':65536}}                | admin.port: 65536 (expected: 0..65535)
        {'admin':{'port':8080}}                 | admin.port: the same port as listeners[0] (expected: a port of its own)
        {'admin':{'host':'0.0.0.0'}}            | admin.token: missing, while admin.host is not loopback (expected: a token, client certificates required by admin.tls.clients, or a host that is loopback such as 127.0.0.1)
        {'admin':{'host':'localhost.example.com'}} | admin.token: missing, while admin.host is not loopback (expected: a token, client certificates required by admin.tls.clients, or a host that is loopback such as 127.0.0.1)
        {'admin':{'token':''}}                  | admin.token: empty (expected: a text that is not empty)
        {'admin':{'token':'a b'}}               | admin.token: has a blank, a control or a non-ASCII character (expected: visible ASCII characters only)
        {'admin':{'tokne':'x'}}                 | admin.tokne: unknown key (did you mean "token"? known: host, port, tls, token, tokens)
        {'cluster':{'host':'10.0.0.2'}}         | cluster.secret: missing, while cluster.host is not loopback (expected: a secret that all nodes share)
        {'cluster':{'port':0}}                  | cluster.port: 0 (expected: 1..65535)
        {'cluster':{'members':['a:99999']}}     | cluster.members[0]: "a:99999" (expected: host or host:port)
        {'cluster':{'members':'a'}}             | cluster.members: text (expected: a list)
        {'cluster':{'host':'0.0.0.0','secret':'s'}} | cluster.host: "0.0.0.0" (expected: the one address by which the other nodes reach this one)
        {'cluster':{'port':15701}}              | cluster.eventBusPort: the same port as cluster.port (expected: a port of its own)
        {'cluster':{'tls':{'cert':'pom.xml','key':'pom.xml'}}} | cluster.tls.ca: missing (expected: the path of a PEM file)
        {'cluster':{'tls':{'cert':'/none','key':'pom.xml','ca':'pom.xml'}}} | cluster.tls.cert: "/none" cannot be read (expected: the path of a PEM file)
        {'registry':{'retention':'59m'}}        | registry.retention: "59m" (expected: 1h..8760h)
        {'registry':{'retention':'8761h'}}      | registry.retention: "8761h" (expected: 1h..8760h)
        {'registry':{'retention':7}}            | registry.retention: 7 (expected: a duration such as "200ms", "1s" or "5m")
        {'data':''}                             | data: "" (expected: a directory)
        {'grace':30}                            | grace: 30 (expected: a duration such as "200ms", "1s" or "5m")
        {'grace':'25h'}                         | grace: "25h" (expected: 0s..24h)
        {'forwarding':{'trusted':['proxy.local']}} | forwarding.trusted[0]: "proxy.local" (expected: an address or block such as "10.0.0.0/8" or "fd00::/8")
        {'forwarding':{'forwarded':'yes'}}      | forwarding.forwarded: "yes" (expected: true or false)
        {'resolver':{'servers':[]}}             | resolver.servers: empty (expected: at least one server, or no such key for the system's)
        {'resolver':{'servers':['dns.local']}}  | resolver.servers[0]: "dns.local" (expected: an address, with or without a port, such as "10.0.0.53" or "[fd00::53]:5353")
        {'resolver':{'servers':['1.1.1.1:0']}}  | resolver.servers[0]: "1.1.1.1:0" (expected: an address, with or without a port, such as "10.0.0.53" or "[fd00::53]:5353")
        {'resolver':{'timeout':'1ms'}}          | resolver.timeout: "1ms" (expected: 10ms..24h)
        {'resolver':{'minTtl':'0s'}}            | resolver.minTtl: "0s" (expected: 100ms..24h)
        {'resolver':{'minTtl':'10s','maxTtl':'5s'}} | resolver.maxTtl: 5s, less than minTtl (expected: at least 10s)
        {'resolver':{'backoff':{'base':'2m'}}}  | resolver.backoff.max: 30s, less than base (expected: at least 2m)
        {'resolver':{'backoff':{'base':5}}}     | resolver.backoff.base: 5 (expected: a duration such as "200ms", "1s" or "5m")
        {'resolver':{'family':'ipv5'}}          | resolver.family: "ipv5" (did you mean "ipv4"?)
        {'resolver':{'ttl':'5s'}}               | resolver.ttl: unknown key (known: backoff, family, maxTtl, minTtl, servers, timeout)
        {'node':{'name':'two words'}}           | node.name: "two words" (expected: 1 to 63 letters, digits, dots, hyphens or underscores)
        {'limits':{'rateGrace':'5s'}}           | limits.rateGrace: unknown key, renamed to "minRateBurst"
        {'node':{'nmae':'a'}}                   | node.nmae: unknown key (did you mean "name"? known: name)
        {'cluster':{'maxClockSkew':'10ms'}}     | cluster.maxClockSkew: "10ms" (expected: 1s..24h)
        {'stores':[{'format':'json'}]}          | stores[0].type: missing (expected: one of directory, env, event-bus, file, http, json, sys)
        {'stores':[{'type':'flie','config':{'path':'x'}}]} | stores[0].type: "flie" (did you mean "file"?)
        {'stores':[{'type':'file'}]}            | stores[0].config.path: missing (expected: what a store of type "file" needs)
        {'stores':[{'type':'env'}]}             | stores[0].config.keys: missing (expected: what a store of type "env" needs)
        {'stores':[{'type':'env','config':{'keys':['HOME']}}]} | stores[0].config.keys[0]: "HOME" (known: admin, cluster, data, forwarding, grace, instances, limits, listeners, node, registry, resolver, routes, services, sticky, warmUp, zone)
        {'stores':[{'type':'json','format':'jsno'}]} | stores[0].format: "jsno" (did you mean "json"?)
        """)
    void ofTheNode(String fragment, String expected) {
        String config = "{'services':{'web':{}}," + fragment.substring(1);
        assertThat(Read.mistakes(config)).containsExactly(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {'pool':{'maxConections':1}}       | services.web.pool.maxConections: unknown key (did you mean "maxConnections"? known: keepAlive, maxConnections, maxQueue, queueTimeout, scope)
        {'pool':{'zzz':1}}                 | services.web.pool.zzz: unknown key (known: keepAlive, maxConnections, maxQueue, queueTimeout, scope)
        {'pool':{'maxConnections':0}}      | services.web.pool.maxConnections: 0 (expected: 1..1000000)
        {'pool':{'scope':'clutser'}}       | services.web.pool.scope: "clutser" (did you mean "cluster"?)
        {'pool':{'maxQueue':-1}}           | services.web.pool.maxQueue: -1 (expected: 0..10000000)
        {'pool':{'queueTimeout':'0s'}}     | services.web.pool.queueTimeout: "0s" (expected: 1ms..24h)
        {'pool':[]}                        | services.web.pool: a list (expected: an object)
        {'pool':null}                      | services.web.pool: null (expected: an object)
        {'timeouts':{'connect':5}}         | services.web.timeouts.connect: 5 (expected: a duration such as "200ms", "1s" or "5m")
        {'timeouts':{'connect':'5'}}       | services.web.timeouts.connect: "5" (expected: a duration such as "200ms", "1s" or "5m")
        {'timeouts':{'firstbyte':'5s'}}    | services.web.timeouts.firstbyte: unknown key (did you mean "firstByte"? known: connect, firstByte, idle, request)
        {'retry':{'attempts':0}}           | services.web.retry.attempts: 0 (expected: 1..10)
        {'retry':{'atempts':2}}            | services.web.retry.atempts: unknown key (did you mean "attempts"? known: attempts, backoff, budget, buffer, hedge, on, perTry)
        {'retry':{'on':['conect']}}        | services.web.retry.on[0]: "conect" (expected: connect, reset, timeout or a status, 400..599)
        {'retry':{'on':['302']}}           | services.web.retry.on[0]: "302" (expected: connect, reset, timeout or a status, 400..599)
        {'retry':{'on':[503]}}             | services.web.retry.on[0]: 503 (expected: connect, reset, timeout or a status, 400..599)
        {'retry':{'on':'connect'}}         | services.web.retry.on: text (expected: a list)
        {'retry':{'buffer':'17MB'}}        | services.web.retry.buffer: "17MB" (expected: 0B..16MB)
        {'retry':{'buffer':65536}}         | services.web.retry.buffer: 65536 (expected: a size such as "512B", "64KB" or "1MB")
        {'retry':{'budget':{'ratio':1.5}}} | services.web.retry.budget.ratio: 1.5 (expected: 0..1)
        {'retry':{'budget':{'ratio':'x'}}} | services.web.retry.budget.ratio: "x" (expected: a number, 0..1)
        {'retry':{'hedge':{'after':'p99'}}}| services.web.retry.hedge.after: "p99" (expected: off, p95 or a duration such as "200ms", "1s" or "5m")
        {'ejection':{'failures':0}}        | services.web.ejection.failures: 0 (expected: 1..1000)
        {'ejection':{'rate':1.5}}          | services.web.ejection.rate: 1.5 (expected: 0.01..1)
        {'ejection':{'max':'x'}}           | services.web.ejection.max: "x" (expected: a number, 0..1)
        {'ejection':{'statuses':['404']}}  | services.web.ejection.statuses[0]: "404" (expected: a status as text, "500".."599")
        {'ejection':{'statuses':[503]}}    | services.web.ejection.statuses[0]: 503 (expected: a status as text, "500".."599")
        {'ejection':{'baseEjection':'10m'}} | services.web.ejection.maxEjection: 5m (expected: no less than "baseEjection", 10m)
        {'ejection':{'for':'10m'}}         | services.web.ejection.for: unknown key, renamed to "baseEjection"
        {'ejection':{'upTo':'10m'}}        | services.web.ejection.upTo: unknown key, renamed to "maxEjection"
        {'ejection':{'failure':3}}         | services.web.ejection.failure: unknown key (did you mean "failures"? known: baseEjection, failures, latency, max, maxEjection, rate, requests, statuses)
        {'limit':0}                        | services.web.limit: 0 (expected: 1..1000000)
        {'limit':'120'}                    | services.web.limit: "120" (expected: a number, 1..1000000)
        {'limit':'adaptve'}                | services.web.limit: "adaptve" (did you mean "adaptive"?)
        {'limit':true}                     | services.web.limit: true (expected: "off", "adaptive", a number, 1..1000000, or an object with "adaptive")
        {'limit':{}}                       | services.web.limit.adaptive: missing (expected: an object)
        {'limit':{'adaptive':{'maximum':9}}} | services.web.limit.adaptive.maximum: unknown key (known: max, min, tolerance)
        {'limit':{'adaptive':{'min':2000}}} | services.web.limit.adaptive.max: 1000 (expected: no less than "min", 2000)
        {'limit':{'adaptive':{'tolerance':1}}} | services.web.limit.adaptive.tolerance: 1 (expected: 1.1..10)
        {'balance':'round-robbin'}         | services.web.balance: "round-robbin" (did you mean "round-robin"?)
        {'balance':7}                      | services.web.balance: 7 (expected: one of round-robin, weighted-random, least-requests, power-of-two, peak-ewma, consistent-hash, or an object with "by")
        {'balance':{'key':'header:X'}}     | services.web.balance.by: missing (expected: one of round-robin, weighted-random, least-requests, power-of-two, peak-ewma, consistent-hash)
        {'balance':{'by':'consistent-hash','key':'heder:X'}} | services.web.balance.key: "heder:X" (expected: "header:NAME", "cookie:NAME", "query:NAME" or "client-address")
        {'balance':{'by':'consistent-hash','algorithm':'magleev'}} | services.web.balance.algorithm: "magleev" (did you mean "maglev"?)
        {'balance':{'by':'consistent-hash','boundedLoad':1}} | services.web.balance.boundedLoad: 1 (expected: 1.01..1000)
        {'sticky':true}                    | services.web.sticky: true (expected: "off" or an object)
        {'sticky':{'cookie':'a b'}}        | services.web.sticky.cookie: "a b" (expected: the name of a cookie, without blanks and separators)
        {'slowStart':{'aggression':2}}     | services.web.slowStart.window: missing (expected: a duration such as "200ms", "1s" or "5m")
        {'slowStart':{'window':'1s'},'balance':'consistent-hash'} | services.web.slowStart: given beside balance consistent-hash (expected: none there: keys would move with every step)
        {'backends':[{'url':'http://a','zone':'a b'}]} | services.web.backends[0].zone: "a b" (expected: a zone: 1..63 letters, digits, ".", "_" or "-", the first a letter or digit)
        {'host':'a b'}                     | services.web.host: "a b" (expected: "client", "backend" or a host with or without a port)
        {'host':'a\\r\\nX: y'}             | services.web.host: "a\\r\\nX: y" (expected: "client", "backend" or a host with or without a port)
        {'backends':['localhost:9001']}    | services.web.backends[0]: "localhost:9001" (expected: http://host:port, https://host:port or unix:/path, without path or query)
        {'backends':['http://a/x']}        | services.web.backends[0]: "http://a/x" (expected: http://host:port, https://host:port or unix:/path, without path or query)
        {'backends':['h2c://a']}           | services.web.backends[0]: "h2c://a" (expected: http://host:port, https://host:port or unix:/path, without path or query)
        {'backends':['http://a:70000']}    | services.web.backends[0]: "http://a:70000": port 70000 (expected: 1..65535)
        {'backends':[{'weight':2}]}        | services.web.backends[0].url: missing (expected: http://host:port, https://host:port or unix:/path)
        {'backends':[{'url':'http://a','weight':0}]}    | services.web.backends[0].weight: 0 (expected: 1..1000)
        {'backends':[{'url':'http://a','weight':1001}]} | services.web.backends[0].weight: 1001 (expected: 1..1000)
        {'backends':['http://a','http://A:80/']} | services.web.backends[1]: the same as services.web.backends[0] (expected: each backend once)
        """)
    void ofAService(String service, String expected) {
        assertThat(Read.mistakes("{'services':{'web':" + service + "}}")).containsExactly(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {'service':'wbe'}                      | routes[1].service: "wbe" is no service (did you mean "web"?)
        {'service':'search'}                   | routes[1].service: "search" is no service (known: api, web)
        {'path':'/x'}                          | routes[1].service: missing (expected: the name of a service)
        {'path':'x','service':'web'}           | routes[1].path: "x" (expected: "/exact" or "/prefix/*", with "*" at the end only)
        {'path':'/a*','service':'web'}         | routes[1].path: "/a*" (expected: "/exact" or "/prefix/*", with "*" at the end only)
        {'path':'/*/a','service':'web'}        | routes[1].path: "/*/a" (expected: "/exact" or "/prefix/*", with "*" at the end only)
        {'path':'/a?b=c','service':'web'}      | routes[1].path: "/a?b=c" (expected: "/exact" or "/prefix/*", with "*" at the end only)
        {'host':'a.*','service':'web'}         | routes[1].host: "a.*" (expected: "*", "api.example.com" or "*.example.com", without a port)
        {'host':'a.com:80','service':'web'}    | routes[1].host: "a.com:80" (expected: "*", "api.example.com" or "*.example.com", without a port)
        {'host':'API.example.com','path':'/v1/*','service':'web'} | routes[1]: the same as routes[0] (expected: each pair of host and path once)
        {'paht':'/x','service':'web'}          | routes[1].paht: unknown key (did you mean "path"? known: host, maxBody, path, priority, service)
        {'path':'/x','service':'web','priority':'sheddible'} | routes[1].priority: "sheddible" (did you mean "sheddable"?)
        {'path':'/x','service':'web','priority':'high'} | routes[1].priority: "high" (known: critical, normal, sheddable)
        {'path':'/x','service':'web','priority':1} | routes[1].priority: 1 (expected: one of critical, normal, sheddable)
        """)
    void ofARoute(String route, String expected) {
        assertThat(Read.mistakes("{'services':{'web':{},'api':{}},'routes':["
                + "{'host':'api.example.com','path':'/v1/*','service':'api'}," + route + "]}"))
                .containsExactly(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {}                               | services: missing (expected: at least one service)
        {'services':{}}                  | services: empty (expected: at least one service)
        {'services':[]}                  | services: a list (expected: an object)
        {'services':{'a b':{}}}          | services["a b"]: "a b" cannot name a service (expected: 1..63 letters, digits, ".", "_" or "-", the first a letter or digit)
        {'services':{'a':{},'b':{}}}     | routes: missing (expected: at least one route, as there are 2 services)
        {'services':{'a':{},'b':{}},'routes':[]} | routes: empty (expected: at least one route, as there are 2 services)
        """)
    void ofServicesAndRoutesTogether(String config, String expected) {
        assertThat(Read.mistakes(config)).containsExactly(expected);
    }

    @Test
    void allAtOnce() {
        assertThat(Read.mistakes("""
                {'listeners':[{'port':99999}], 'grace':5, 'datta':'x',
                 'services':{'web':{'backends':['nonsense',{'url':'http://a','weight':0}],
                                    'pool':{'maxConections':1},'timeouts':{'connect':5}},
                             'api':{}},
                 'routes':[{'service':'wbe'},{'path':'x','service':'nobody'}],
                 'admin':{'host':'0.0.0.0'}}"""))
                .extracting(line -> line.substring(0, line.indexOf(": ")))
                .containsExactlyInAnyOrder("listeners[0].port", "grace", "datta", "services.web.backends[0]",
                        "services.web.backends[1].weight", "services.web.pool.maxConections",
                        "services.web.timeouts.connect", "routes[0].service", "routes[1].path",
                        "routes[1].service", "admin.token");
    }

    @Test
    void eachOnOneLineHoweverLongTheValue() {
        List<String> lines = Read.mistakes("{'services':{'web':{}},'grace':'" + "x\\n".repeat(500) + "'}");
        assertThat(lines).hasSize(1);
        assertThat(lines.get(0)).doesNotContain("\n").hasSizeLessThan(300);
    }
}

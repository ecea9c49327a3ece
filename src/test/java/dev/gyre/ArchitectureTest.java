package dev.gyre;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaConstructor;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Who may use what. Each rule's message says what the rule is for and what to do instead. */
@AnalyzeClasses(packages = "dev.gyre", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String ROOT = "dev.gyre";

    /** Package to the packages it may use; the root package may use all. Twin of the design page's table. */
    static final Map<String, List<String>> MAY_USE = new TreeMap<>(Map.ofEntries(
            Map.entry("model", List.of()),
            Map.entry("log", List.of()),
            Map.entry("files", List.of()),
            Map.entry("config", List.of("model", "files")),
            Map.entry("routing", List.of("model")),
            Map.entry("tls", List.of("model", "log", "files", "config")),
            Map.entry("balancing", List.of("model")),
            Map.entry("gate", List.of("model")),
            Map.entry("vertx", List.of()),
            Map.entry("loop", List.of("model", "gate", "vertx")),
            Map.entry("tunnel", List.of("model", "vertx", "loop")),
            Map.entry("listener", List.of("model", "log", "files", "config", "gate", "vertx", "loop",
                    "tls", "tunnel")),
            Map.entry("upstream",
                    List.of("model", "routing", "balancing", "gate", "vertx", "loop", "tls", "tunnel")),
            Map.entry("exchange",
                    List.of("model", "log", "files", "config", "routing", "gate", "vertx", "loop", "tls",
                            "tunnel", "listener", "upstream")),
            Map.entry("telemetry", List.of("model")),
            Map.entry("health", List.of("model", "config", "balancing", "tls")),
            Map.entry("dns", List.of("model", "files", "config")),
            Map.entry("registry", List.of("model", "files", "config")),
            Map.entry("discovery", List.of("model", "registry", "balancing")),
            Map.entry("cluster", List.of("model", "log", "config", "registry")),
            Map.entry("quota", List.of("model", "cluster")),
            Map.entry("api",
                    List.of("model", "log", "config", "tls", "gate", "registry", "discovery")),
            Map.entry("cli", List.of("files", "config", "tls"))));

    @ArchTest
    static final ArchRule packagesUseOnlyWhatTheTableAllows = CompositeArchRule.of(
            MAY_USE.keySet().stream().map(ArchitectureTest::usesOnlyWhatItMay).toList());

    @ArchTest
    static final ArchRule everyPackageStandsInTheTable = classes()
            .should().resideInAnyPackage(Stream.concat(Stream.of(ROOT),
                    MAY_USE.keySet().stream().map(ArchitectureTest::tree)).toArray(String[]::new))
            .because("a package that is not in the table may use anything: add it here and to the table"
                    + " of src/docs/design.md, with one line on what it is for");

    @ArchTest
    static final ArchRule packagesFormNoCycle = slices().matching(ROOT + ".(*)..")
            .should().beFreeOfCycles().allowEmptyShould(true)
            .because("packages that use each other can only be understood together: move the shared type"
                    + " down, or hand a function in from the composition root");

    /** A file that only exists for another one counts as a part of it. */
    private static final Map<String, String> PARTS = Map.of("LegacyFormat", "Entry");

    @ArchTest
    static final ArchRule filesOfAPackageFormNoCycle = CompositeArchRule.of(
            Stream.of("exchange", "registry", "upstream").map(ArchitectureTest::filesFormNoCycle).toList());

    @ArchTest
    static final ArchRule probingAndOutlierDetectionKnowOnlyVerdicts = CompositeArchRule.of(List.of(
            slices().matching(ROOT + ".health.(*)..").should().notDependOnEachOther()
                    .because("each must be understood and switched off alone: they meet in Verdicts"),
            noClasses().that().resideInAPackage(ROOT + ".health")
                    .should().dependOnClassesThat(resideInAnyPackage(tree("health.probing"),
                            tree("health.outlier")))
                    .because("Verdicts takes the word of every source alike")));

    @ArchTest
    static final ArchRule hazelcastStaysInCluster = noClasses()
            .that(describe("are outside cluster", outside("cluster")))
            .should().dependOnClassesThat(resideInAnyPackage("com.hazelcast..", "io.vertx.spi.cluster.."))
            .allowEmptyShould(true)
            .because("one node must run, and the data path must go on, without the cluster's library");

    @ArchTest
    static final ArchRule nettyStaysOnTheDataPath = noClasses()
            .that(describe("are outside the data path, tls and dns",
                    outside("vertx", "loop", "tls", "tunnel", "gate", "listener", "upstream", "exchange",
                            "dns")))
            .should().dependOnClassesThat(resideInAnyPackage("io.netty..")).allowEmptyShould(true)
            .because("Netty is worth its price only where every microsecond counts, and for names, whose"
                    + " times to live Vert.x does not tell; elsewhere use Vert.x");

    @ArchTest
    static final ArchRule vertxInternalsStayOnTheDataPath = noClasses()
            .that(describe("are outside the data path",
                    outside("vertx", "loop", "gate", "listener", "upstream", "exchange")))
            .should().dependOnClassesThat(resideInAnyPackage("io.vertx.core.internal..", "io.vertx..impl.."))
            .allowEmptyShould(true)
            .because("Vert.x changes its internals without notice: the fewer places know them, the cheaper an"
                    + " upgrade");

    @ArchTest
    static final ArchRule purePackagesKnowNoVertx = noClasses()
            .that().resideInAnyPackage(tree("model"), tree("routing"), tree("balancing"))
            .should().dependOnClassesThat(resideInAnyPackage("io.vertx..", "io.netty.."))
            .allowEmptyShould(true)
            .because("what decides needs no I/O: pure classes are tested in microseconds, without a server");

    @ArchTest
    static final ArchRule theCommandLineKnowsNoVertx = noClasses()
            .that().resideInAnyPackage(tree("cli"))
            .should().dependOnClassesThat(resideInAnyPackage("io.vertx..", "io.netty.."))
            .allowEmptyShould(true)
            .because("to load Vert.x and Netty takes longer than a command takes in all");

    @ArchTest
    static final ArchRule namesSayWhatAClassIs = CompositeArchRule.of(
            Stream.of("Manager", "Util", "Utils", "Helper", "Impl", "Common", "Base")
                    .map(ArchitectureTest::noNameEndsIn).toList());

    @ArchTest
    static final ArchRule aNameStandsInOnePackage = classes()
            .that().areTopLevelClasses().should(new StandInOnePackage()).allowEmptyShould(true)
            .because("a reader who searches for a name must find the one type that it means: name it after"
                    + " what it is here");

    @ArchTest
    static final ArchRule onlyTheCommandLinePrints = noClasses()
            .that(describe("are outside cli and the root package",
                    outside("cli").and(resideOutsideOfPackage(ROOT))))
            .should().accessTargetWhere(HiddenInputs.standardStreams()).allowEmptyShould(true)
            .because("what a running node says goes through a logger named gyre.<area>, where it can be"
                    + " filtered and has a time");

    @ArchTest
    static final ArchRule clockAndRandomnessArePassedIn = noClasses()
            .that().resideOutsideOfPackage(ROOT)
            .should().accessTargetWhere(HiddenInputs.wallClockOrChance()).allowEmptyShould(true)
            .because("a test must be able to step the clock and repeat a run: take a Clock, a LongSupplier or"
                    + " a RandomGenerator as a parameter; the root package supplies the real one");

    @ArchTest
    static final ArchRule nanoTimeIsReadOnTheDataPathOnly = noClasses()
            .that(describe("are outside the data path and the root package",
                    outside("vertx", "loop", "listener", "upstream", "exchange")
                            .and(resideOutsideOfPackage(ROOT))))
            .should().accessTargetWhere(HiddenInputs.nanoTime()).allowEmptyShould(true)
            .because("a test must be able to step the clock: take a LongSupplier as a parameter");

    private static final Set<String> OF_HTTP1 = Set.of("io.vertx.core.http.HttpServerRequest",
            "io.vertx.core.http.HttpServerResponse", "io.vertx.core.http.HttpClientRequest",
            "io.vertx.core.http.HttpClientResponse", "io.vertx.core.http.HttpClientConnection");

    @ArchTest
    static final ArchRule exchangesKnowNoProtocol = noClasses()
            .that().resideInAPackage(tree("exchange"))
            .should().dependOnClassesThat(describe("are HTTP/1 as Vert.x has it",
                    type -> OF_HTTP1.contains(type.getName())))
            .because("an exchange is the same whatever protocol carries its two ends: use ClientStream and"
                    + " BackendStream, and extend them where something is missing");

    /** Each runs on a worker or a thread of its own; {@code AddressBlock} is given literal addresses only. */
    private static final Set<String> ASK_NAME_SERVICES = Set.of("dev.gyre.HostName", "dev.gyre.TakenPorts",
            "dev.gyre.cluster.MemberAddresses", "dev.gyre.cluster.MemberConfig",
            "dev.gyre.cluster.ClusterPorts", "dev.gyre.model.AddressBlock");

    @ArchTest
    static final ArchRule eventLoopsAskNoNameService = noClasses()
            .that(describe("are not among those that run on workers",
                    type -> !ASK_NAME_SERVICES.contains(type.getName())))
            .should().accessTargetWhere(HiddenInputs.nameService()).allowEmptyShould(true)
            .because("a name service that is gone takes ten seconds to say so, and an event loop that waits"
                    + " for it serves nobody: look the name up on a worker, once, and pass the address on");

    /** They open what nobody else could replace: what the kernel shows under /proc, a new temporary file. */
    private static final Set<String> OPEN_NO_FILE_OF_OTHERS =
            Set.of("dev.gyre.KernelThread", "dev.gyre.HostName", "dev.gyre.InlineLimits");

    @ArchTest
    static final ArchRule filesAreOpenedInOnePlace = noClasses()
            .that(describe("are outside files and open files that others could replace",
                    outside("files").and(describe("open files that others could replace",
                            type -> !OPEN_NO_FILE_OF_OTHERS.contains(type.getName())))))
            .should().accessTargetWhere(HiddenInputs.openFile()).allowEmptyShould(true)
            .because("opening a pipe in place of a file hangs, a link leads elsewhere, and a new file is open"
                    + " to all but for the umask: use GuardedFile");

    @ArchTest
    static final ArchRule constructorsTakeAtMostSixParameters = constructors()
            .that().areDeclaredInClassesThat().areNotRecords()
            .and().areDeclaredInClassesThat().areNotAnonymousClasses()
            .and().areDeclaredInClassesThat().areNotLocalClasses()
            .should(new AtMostSixParameters()).allowEmptyShould(true)
            .because("a class that needs more does more than one thing, or its parameters form a noun that"
                    + " wants to be a record");

    private static ArchRule usesOnlyWhatItMay(String name) {
        String[] allowed = Stream.concat(Stream.of(name), MAY_USE.get(name).stream())
                .map(ArchitectureTest::tree).toArray(String[]::new);
        return classes().that().resideInAPackage(tree(name))
                .should().onlyDependOnClassesThat(describe(
                        "belong to " + String.join(", ", allowed) + " or to a library",
                        resideOutsideOfPackage(tree("")).or(resideInAnyPackage(allowed))))
                .allowEmptyShould(true)
                .because("packages use one another downwards only, by the design page's table: hand what is"
                        + " missing in from the composition root, or move the shared noun to model");
    }

    private static ArchRule filesFormNoCycle(String name) {
        return slices().assignedFrom(filesOf(name)).should().beFreeOfCycles()
                .because("files that use each other can only be read together: move what both need into a"
                        + " third, or name the one as a part of the other in PARTS");
    }

    private static ArchRule noNameEndsIn(String word) {
        return noClasses().should().haveSimpleNameEndingWith(word)
                .because("\"" + word + "\" tells nobody what the class does: name it after the thing it is");
    }

    private static SliceAssignment filesOf(String name) {
        return new SliceAssignment() {

            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                if (!type.getPackageName().equals(ROOT + "." + name)) {
                    return SliceIdentifier.ignore();
                }
                String file = type.getName().substring(type.getPackageName().length() + 1).split("\\$")[0];
                return SliceIdentifier.of(PARTS.getOrDefault(file, file));
            }

            @Override
            public String getDescription() {
                return "files of " + name;
            }
        };
    }

    private static DescribedPredicate<JavaClass> outside(String... names) {
        return DescribedPredicate.not(
                resideInAnyPackage(Stream.of(names).map(ArchitectureTest::tree).toArray(String[]::new)));
    }

    private static String tree(String name) {
        return name.isEmpty() ? ROOT + ".." : ROOT + "." + name + "..";
    }

    private static final class StandInOnePackage extends ArchCondition<JavaClass> {

        private final Map<String, Set<String>> packages = new TreeMap<>();

        StandInOnePackage() {
            super("have a simple name that no type of another package has");
        }

        @Override
        public void init(Collection<JavaClass> all) {
            packages.clear();
            all.forEach(type -> packages.computeIfAbsent(type.getSimpleName(), name -> new TreeSet<>())
                    .add(type.getPackageName()));
        }

        @Override
        public void check(JavaClass type, ConditionEvents events) {
            Set<String> places = packages.get(type.getSimpleName());
            boolean page = type.getSimpleName().equals("package-info");
            if (!page && places.size() > 1) {
                events.add(SimpleConditionEvent.violated(type,
                        type.getSimpleName() + " stands in " + places));
            }
        }
    }

    private static final class AtMostSixParameters extends ArchCondition<JavaConstructor> {

        AtMostSixParameters() {
            super("take at most six parameters");
        }

        @Override
        public void check(JavaConstructor constructor, ConditionEvents events) {
            int written = constructor.getRawParameterTypes().size() - hidden(constructor.getOwner());
            if (written > 6) {
                events.add(SimpleConditionEvent.violated(constructor,
                        constructor.getFullName() + " takes " + written + " in "
                                + constructor.getSourceCodeLocation()));
            }
        }

        /** Those the compiler adds: name and ordinal of an enum constant, the outer object. */
        private static int hidden(JavaClass owner) {
            if (owner.isEnum()) {
                return 2;
            }
            return owner.isInnerClass() ? 1 : 0;
        }
    }
}

package io.revproc;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The house's rules: who may import whom. The table is the one of docs/architecture.md. */
class ArchitectureTest {
    private static final String ROOT = "io.revproc";
    /** Each package, and what of ours it may import besides wire. */
    private static final Map<String, Set<String>> ALLOWED = Map.ofEntries(Map.entry("upstream", Set.of()),
            Map.entry("balance", Set.of("upstream")), Map.entry("route", Set.of("upstream", "balance")),
            Map.entry("transport", Set.of()), Map.entry("transcript", Set.of("route", "upstream")),
            Map.entry("forward", Set.of("access", "balance", "upstream", "route", "transport", "transcript", "tls")),
            Map.entry("listener",
                    Set.of("access", "route", "forward", "registration", "upstream", "transport", "transcript", "tls")),
            Map.entry("access", Set.of()), Map.entry("tls", Set.of("access")), Map.entry("certs", Set.of()),
            Map.entry("registration", Set.of("access", "audit", "route", "upstream")),
            Map.entry("health", Set.of("route", "forward", "upstream")),
            Map.entry("etcd", Set.of("access", "route", "upstream")),
            Map.entry("store", Set.of("route", "upstream", "etcd")), Map.entry("record", Set.of()),
            Map.entry("audit", Set.of("route", "forward", "upstream", "record")),
            Map.entry("accesslog", Set.of("forward", "upstream")),
            Map.entry("trace", Set.of("forward", "upstream")),
            Map.entry("admin", Set.of("route", "upstream", "audit", "record", "accesslog")),
            Map.entry("metrics", Set.of("route", "forward", "upstream")));
    private static final Pattern BAD_NAME = Pattern.compile(".*(Manager|Helper|Utils?|Impl|Base)");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(ROOT);

    @Test
    void packagesImportOnlyWhatTheyMay() {
        Set<String> broken = new TreeSet<>();
        for (JavaClass importing : CLASSES) {
            String from = packageOf(importing);
            for (Dependency dependency : importing.getDirectDependenciesFromSelf()) {
                String to = packageOf(dependency.getTargetClass().getBaseComponentType());
                if (ours(dependency.getTargetClass().getBaseComponentType()) && !to.equals(from) && !to.equals("wire")
                        && !from.equals("wire") && !from.isEmpty()
                        && !ALLOWED.getOrDefault(from, Set.of()).contains(to)) {
                    broken.add(importing.getName() + " imports " + dependency.getTargetClass().getName());
                }
            }
        }
        assertThat(broken).isEmpty();
    }

    @Test
    void everyPackageIsListedAndSaysWhatItIsFor() {
        Set<String> unknown = new TreeSet<>();
        for (JavaClass one : CLASSES) {
            String name = packageOf(one);
            if (!name.isEmpty() && !name.equals("wire") && !ALLOWED.containsKey(name)) {
                unknown.add(name);
            }
            if (!one.getPackage().tryGetPackageInfo().isPresent()) {
                unknown.add(one.getPackageName() + " without package-info");
            }
        }
        assertThat(unknown).isEmpty();
    }

    @Test
    void packagesHaveNoCycles() {
        SlicesRuleDefinition.slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"upstream", "route", "balance"})
    void coreKnowsNoNettyNoSpringNoLogAndNoClock(String core) {
        ArchRule libraries = ArchRuleDefinition.noClasses().that().resideInAPackage(ROOT + "." + core).should()
                .dependOnClassesThat().resideInAnyPackage("io.netty..", "org.springframework..", "org.slf4j..",
                        "tools.jackson..");
        libraries.check(CLASSES);
        ArchRuleDefinition.noClasses().that().resideInAPackage(ROOT + "." + core).should()
                .callMethod(System.class, "nanoTime").orShould().callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now").check(CLASSES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"access", "registration", "health", "store", "admin"})
    void onlyTheDataPathKnowsNetty(String name) {
        ArchRuleDefinition.noClasses().that().resideInAPackage(ROOT + "." + name).should().dependOnClassesThat()
                .resideInAPackage("io.netty..").check(CLASSES);
    }

    @Test
    void namesSayWhatAThingIs() {
        assertThat(CLASSES).extracting(JavaClass::getSimpleName).noneMatch(name -> BAD_NAME.matcher(name).matches());
    }

    /** Which beans there are is decided by the build (see QuickStart): a setting decides what a bean does. */
    @Test
    void noBeanOfOursDependsOnASetting() {
        DescribedPredicate<JavaAnnotation<?>> conditional = DescribedPredicate.describe("a condition",
                annotation -> annotation.getRawType().getName().contains("Conditional")
                        || annotation.getRawType().getName().endsWith(".Profile"));
        ArchRuleDefinition.noClasses().should().beAnnotatedWith(conditional).check(CLASSES);
        ArchRuleDefinition.noMethods().should().beAnnotatedWith(conditional).check(CLASSES);
    }

    private static boolean ours(JavaClass one) {
        return one.getPackageName().equals(ROOT) || one.getPackageName().startsWith(ROOT + ".");
    }

    private static String packageOf(JavaClass one) {
        return one.getPackageName().equals(ROOT) ? "" : one.getPackageName().replaceFirst(ROOT + "\\.", "");
    }
}

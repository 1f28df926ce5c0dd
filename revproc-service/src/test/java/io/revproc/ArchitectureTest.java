package io.revproc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

/** The house's rules: who may import whom. The table of docs/architecture.md is read here, so it can't say anything else. */
class ArchitectureTest {
    private static final String ROOT = "io.revproc";
    static final String PROXY = ROOT + ".proxy";
    static final Path PAGE = Path.of("../docs/architecture.md");
    private static final Pattern ROW = Pattern.compile("^\\| `([a-z.]+)` \\| .{8,} \\| ([a-z., ]+|–) \\|$",
            Pattern.MULTILINE);
    /** Each package, and what of ours it may import besides wire: the page's table, which is the rule itself. */
    private static final Map<String, Set<String>> ALLOWED = allowed();
    private static final Pattern BAD_NAME = Pattern.compile(".*(Manager|Helper|Utils?|Impl|Base)");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("-tests.jar"))
            // what the tests alone use is no part of the program
            .withImportOption(location -> !location.contains("revproc-client") && !location.contains("api-check"))
            .importPackages(ROOT);

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
    void tableAllowsNoMoreThanIsUsedAndListsNoPackageThatIsNotThere() {
        assertThat(ALLOWED).as("docs/architecture.md").isEqualTo(used(ROOT));
    }

    @Test
    void packagesHaveNoCycles() {
        SlicesRuleDefinition.slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
        SlicesRuleDefinition.slices().matching(PROXY + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"proxy", "wire", "transport", "record"})
    void librariesKnowNoSpring(String library) {
        ArchRuleDefinition.noClasses().that().resideInAPackage(ROOT + "." + library + "..").should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.springframework..", "jakarta..", "io.micrometer..").check(CLASSES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"route", "balance"})
    void coreKnowsNoNettyNoSpringNoLogAndNoClock(String core) {
        ArchRule libraries = ArchRuleDefinition.noClasses().that().resideInAPackage(PROXY + "." + core).should()
                .dependOnClassesThat().resideInAnyPackage("io.netty..", "org.springframework..", "org.slf4j..",
                        "tools.jackson..");
        libraries.check(CLASSES);
        ArchRuleDefinition.noClasses().that().resideInAPackage(PROXY + "." + core).should()
                .callMethod(System.class, "nanoTime").orShould().callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now").check(CLASSES);
    }

    @ParameterizedTest
    @ValueSource(strings = {"access", "registration", "health", "store", "admin"})
    void onlyTheDataPathKnowsNetty(String name) {
        ArchRuleDefinition.noClasses().that()
                .resideInAnyPackage(ROOT + "." + name, PROXY + "." + name).should().dependOnClassesThat()
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

    /** Each package below a root, and what of ours it imports besides wire. */
    static Map<String, Set<String>> used(String root) {
        Map<String, Set<String>> used = new TreeMap<>();
        for (JavaClass importing : CLASSES) {
            String from = packageOf(importing);
            if (!from.isEmpty() && !from.equals("wire") && importing.getPackageName().startsWith(root + ".")) {
                Set<String> imports = used.computeIfAbsent(from, name -> new TreeSet<>());
                for (Dependency dependency : importing.getDirectDependenciesFromSelf()) {
                    JavaClass target = dependency.getTargetClass().getBaseComponentType();
                    String to = packageOf(target);
                    if (ours(target) && !to.equals(from) && !to.equals("wire")) {
                        imports.add(to);
                    }
                }
            }
        }
        return used;
    }

    private static Map<String, Set<String>> allowed() {
        try {
            Map<String, Set<String>> allowed = new TreeMap<>();
            String page = Files.readString(PAGE);
            String table = page.substring(page.indexOf("## Packages of the proxy"));
            ROW.matcher(table.substring(0, table.indexOf("\n##"))).results().forEach(row -> allowed.put(row.group(1),
                    row.group(2).equals("–") ? Set.of() : Set.of(row.group(2).split(", "))));
            return allowed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean ours(JavaClass one) {
        return one.getPackageName().equals(ROOT) || one.getPackageName().startsWith(ROOT + ".");
    }

    private static String packageOf(JavaClass one) {
        return one.getPackageName().equals(ROOT) ? "" : one.getPackageName().replaceFirst(ROOT + "\\.(proxy\\.)?", "");
    }
}

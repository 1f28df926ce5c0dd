package io.revproc.server;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** Who may know whom: server → registration → answer → transcript; both server and client → connect; nobody knows a root but itself. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.revproc.server", "io.revproc.client");

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.revproc.(server|client).(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void nobodyKnowsTheRootButTheRoot() {
        noClasses().that().resideOutsideOfPackage("io.revproc.server").should().dependOnClassesThat()
                .resideInAPackage("io.revproc.server").check(CLASSES);
        noClasses().that().resideOutsideOfPackage("io.revproc.client").should().dependOnClassesThat()
                .resideInAPackage("io.revproc.client").check(CLASSES);
    }

    @Test
    void nobodyKnowsSpringAndTheObservationsAreOptional() {
        noClasses().should().dependOnClassesThat().resideInAPackage("org.springframework..").check(CLASSES);
        noClasses().that().haveNameNotMatching(".*\\.Observed\\w+(\\$.*)?").and().doNotHaveSimpleName("Builder")
                .should()
                .dependOnClassesThat().resideInAPackage("io.micrometer..").check(CLASSES);
    }

    @Test
    void theWayOfAMessageDoesNotKnowTheRegistration() {
        noClasses().that().resideInAnyPackage("..answer", "..connect", "..transcript").should()
                .dependOnClassesThat().resideInAPackage("..registration").check(CLASSES);
    }

    @Test
    void theRulesOfASessionKnowNoSocketAndNoClock() {
        noClasses().that().haveSimpleNameStartingWith("SessionRules").or().haveSimpleNameStartingWith("SessionState")
                .or().haveSimpleName("Backoff").should().dependOnClassesThat()
                .resideInAnyPackage("io.netty..", "java.net..", "java.time.InstantSource")
                .orShould().callMethod(System.class, "nanoTime").check(CLASSES);
    }
}

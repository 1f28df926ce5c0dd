package io.revproc.server;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

/** Who may know whom: registration → answer → transport, transcript; nobody knows the root but the root. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("io.revproc.server");

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.revproc.server.(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void nobodyKnowsTheRootOrSpringButTheRoot() {
        noClasses().that().resideOutsideOfPackage("io.revproc.server").should().dependOnClassesThat()
                .resideInAnyPackage("io.revproc.server", "org.springframework..").check(CLASSES);
    }

    @Test
    void theWayOfAMessageDoesNotKnowTheRegistration() {
        noClasses().that().resideInAnyPackage("..answer", "..transport", "..transcript").should()
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

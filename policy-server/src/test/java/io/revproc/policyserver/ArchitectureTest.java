package io.revproc.policyserver;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("io.revproc.policyserver");

    @Test
    void usesTheLibraryAsAnybodyElse() {
        noClasses().should().dependOnClassesThat()
                .resideInAnyPackage("io.revproc.server.registration", "io.revproc.server.transcript",
                        "io.netty.channel..")
                .check(CLASSES);
    }
}

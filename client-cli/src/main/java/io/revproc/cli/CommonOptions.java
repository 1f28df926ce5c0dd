package io.revproc.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What every command has. */
@Command(mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, usageHelpAutoWidth = true, synopsisHeading = "Usage: ", descriptionHeading = "%n", optionListHeading = "%nOptions:%n", parameterListHeading = "%nArguments:%n", footerHeading = "%n")
final class CommonOptions {
    @Option(names = "--json", description = "JSON on standard output, one object a line.")
    boolean json;
}

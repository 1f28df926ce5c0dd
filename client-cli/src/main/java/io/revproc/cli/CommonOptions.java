package io.revproc.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What every command has. */
@Command(mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, usageHelpAutoWidth = true, synopsisHeading = "Usage: ", descriptionHeading = "%n", optionListHeading = "%nOptions:%n", parameterListHeading = "%nArguments:%n", footerHeading = "%n")
final class CommonOptions {
    @Option(names = "--json", description = "JSON on standard output, one object a line.")
    boolean json;

    /** Is looked for before options are read, since their defaults come from there. */
    @Option(names = "--context", paramLabel = "NAME", description = "The proxy of this context, this once (revproc context list; REVPROC_CONTEXT).")
    @Nullable
    String context;
}

package io.revproc.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The options of every command. */
@Command(mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false, usageHelpAutoWidth = true, synopsisHeading = "Usage: ", descriptionHeading = "%n", optionListHeading = "%nOptions:%n", parameterListHeading = "%nArguments:%n", footerHeading = "%n")
final class CommonOptions {
    @Option(names = "--json", description = "Print JSON on standard output, one object per line.")
    boolean json;

    /** Is looked for before options are read, since their defaults come from there. */
    @Option(names = "--context", paramLabel = "NAME", description = "Use this context for this command (revproc context list; REVPROC_CONTEXT).")
    @Nullable
    String context;
}

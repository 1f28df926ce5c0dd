package io.revproc.cli;

import java.util.Map;
import java.util.concurrent.Callable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Prints the manual page, made from the same descriptions as the help. */
@Command(name = "man", description = "Print the manual page: bin/revproc man | man -l -")
final class ManCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private CommonOptions common;

    ManCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        String page = page(Revproc.visible(terminal));
        terminal.out().print(common.json ? Json.write(Map.of("man", page)) + "\n" : page);
        return ExitCode.OK;
    }

    static String page(CommandLine line) {
        StringBuilder page = new StringBuilder(".TH REVPROC 1\n.SH NAME\nrevproc \\- ")
                .append(text(line.getCommandSpec().usageMessage().description())).append('\n')
                .append(".SH SYNOPSIS\n.B revproc\nCOMMAND [OPTION]...\n.SH COMMANDS\n");
        line.getSubcommands().forEach((name, command) -> command(page, name, command.getCommandSpec()));
        return page
                .append("""
                        .SH EXIT STATUS
                        .TP
                        .B 0
                        All messages were answered.
                        .TP
                        .B 1
                        The proxy refused, or a reply was not verified.
                        .TP
                        .B 2
                        Wrong usage.
                        .TP
                        .B 3
                        Could not connect.
                        .TP
                        .B 4
                        Timed out.
                        .SH ENVIRONMENT
                        REVPROC_HOST, REVPROC_PORT, REVPROC_ADMIN, REVPROC_TOKEN, REVPROC_USER and REVPROC_TIMEOUT stand for the
                        options of the same names; an option on the command line wins. NO_COLOR turns colours off. REVPROC_CONFIG names
                        another configuration file. REVPROC_AOT=off does without the cache for quick starts.
                        .SH FILES
                        .TP
                        .B ~/.config/revproc/config
                        host, port, admin, token, user and timeout, one key=value a line; the environment wins over it.
                        """)
                .toString();
    }

    private static void command(StringBuilder page, String name, CommandSpec spec) {
        page.append(".SS ").append(name).append('\n').append(text(spec.usageMessage().description())).append('\n');
        spec.positionalParameters().forEach(argument -> entry(page, argument.paramLabel(), argument));
        for (OptionSpec option : spec.options()) {
            if (!option.hidden()) {
                String label = option.arity().max() == 0 ? "" : " " + option.paramLabel();
                entry(page, String.join(", ", option.names()) + label, option);
            }
        }
        String[] footer = spec.usageMessage().footer();
        if (footer.length > 0) {
            page.append(".PP\n.nf\n");
            for (String line : footer) {
                page.append(text(line)).append('\n');
            }
            page.append(".fi\n");
        }
    }

    private static void entry(StringBuilder page, String label, ArgSpec argument) {
        String value = argument.defaultValue() == null ? "" : argument.defaultValue();
        page.append(".TP\n.B ").append(text(label)).append('\n')
                .append(text(argument.description()).replace("${DEFAULT\\-VALUE}", text(value))).append('\n');
    }

    private static String text(String... lines) {
        String text = String.join(" ", lines).replace("\\", "\\e").replace("-", "\\-");
        return text.startsWith(".") || text.startsWith("'") ? "\\&" + text : text;
    }
}

package io.revproc.cli;

import java.util.Locale;
import java.util.concurrent.Callable;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;

/** Prints a script that teaches a shell the commands and options. */
@Command(name = "completion", description = "Print a completion script for a shell.", footer = {"Examples:",
        "  source <(bin/revproc completion bash)", "  source <(bin/revproc completion zsh)",
        "  bin/revproc completion fish > ~/.config/fish/completions/revproc.fish"})
final class CompletionCommand implements Callable<Integer> {
    /** What it is for. */
    enum Shell {
        BASH, ZSH, FISH
    }

    private final Terminal terminal;

    @Mixin
    private CommonOptions common;

    @Parameters(index = "0", paramLabel = "bash|zsh|fish", description = "The shell.")
    private Shell shell;

    CompletionCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        CommandLine line = Revproc.visible(terminal);
        // Picocli's script is for bash and turns on zsh's emulation of bash by itself.
        String script = shell == Shell.FISH ? fish(line) : AutoComplete.bash("revproc", line);
        if (common.json) {
            terminal.out().println(
                    Json.write(java.util.Map.of("shell", shell.name().toLowerCase(Locale.ROOT), "script", script)));
        } else {
            terminal.out().print(script);
        }
        return ExitCode.OK;
    }

    static String fish(CommandLine line) {
        StringBuilder script = new StringBuilder("# fish completion for revproc\ncomplete -c revproc -f\n");
        line.getSubcommands().forEach((name, command) -> {
            script.append("complete -c revproc -n __fish_use_subcommand -a ").append(name).append(" -d ")
                    .append(quote(String.join(" ", command.getCommandSpec().usageMessage().description())))
                    .append('\n');
            command.getCommandSpec().options().stream().filter(option -> !option.hidden())
                    .forEach(option -> fish(script, name, option));
        });
        return script.toString();
    }

    private static void fish(StringBuilder script, String command, OptionSpec option) {
        script.append("complete -c revproc -n '__fish_seen_subcommand_from ").append(command).append('\'');
        for (String name : option.names()) {
            script.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceFirst("^--?", ""));
        }
        if (option.arity().max() > 0) {
            script.append(name(option).equals("--packet") ? " -r -F" : " -x");
        }
        String description = String.join(" ", option.description()).replaceFirst("\\s*\\(default:.*", "");
        script.append(" -d ").append(quote(description)).append('\n');
    }

    private static String name(OptionSpec option) {
        return option.longestName();
    }

    private static String quote(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}

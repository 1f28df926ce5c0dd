package io.revproc.cli;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Prints the help of a command; another way to say --help. */
@Command(name = "help", description = "Show the help of a command, or all commands.")
final class HelpCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    @SuppressWarnings("UnusedVariable") // its options are taken here as everywhere
    private CommonOptions common;

    @Parameters(index = "0", arity = "0..1", paramLabel = "COMMAND", description = "The command.")
    private @Nullable String command;

    @Parameters(index = "1", arity = "0..1", paramLabel = "ACTION", description = "One of its actions, which its help explains as well.")
    private @Nullable String action;

    HelpCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (command == null) {
            return Revproc.run(terminal, "--help");
        }
        if (!Revproc.isCommand(command)) {
            return Revproc.noCommand(terminal, command);
        }
        List<String> actions = actions(command);
        if (action != null && !actions.contains(action)) {
            terminal.say(command + " has no action '" + action + "'" + (actions.isEmpty()
                    ? ""
                    : "; it has " + String.join(", ", actions)) + "; 'bin/revproc " + command + " --help' shows how");
            return ExitCode.USAGE;
        }
        return Revproc.run(terminal, command, "--help");
    }

    /** The words that the command may begin with. */
    private List<String> actions(String name) {
        return Revproc.commandLine(terminal, Settings.NONE, name).getSubcommands().values().stream()
                .flatMap(line -> line.getCommandSpec().positionalParameters().stream())
                .filter(first -> first.typeInfo().isEnum()).limit(1)
                .flatMap(first -> Stream.of(first.paramLabel().split("\\|"))).toList();
    }
}

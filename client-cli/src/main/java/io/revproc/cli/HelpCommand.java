package io.revproc.cli;

import java.util.concurrent.Callable;

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

    HelpCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if (command == null) {
            return Revproc.run(terminal, "--help");
        }
        return Revproc.isCommand(command)
                ? Revproc.run(terminal, command, "--help")
                : Revproc.noCommand(terminal, command);
    }
}

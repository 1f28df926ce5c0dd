package io.revproc.acceptance.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;

import io.revproc.acceptance.Proc;
import io.revproc.acceptance.Programs;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One proxy, a process, for all test classes that do not end it; the policies keep their tests apart. */
final class SharedProxy implements ParameterResolver {
    /** Also written to a file, for docs/reliability.md. */
    private static final Path FIGURES = Programs.home().resolve("acceptance/target/fault-figures.txt");

    /** @param port for clients and servers */
    record Running(Proc process, int port) implements AutoCloseable {
        @Override
        public void close() {
            process.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Running.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot().getStore(Namespace.GLOBAL).computeIfAbsent(Running.class, type -> start(),
                Running.class);
    }

    private static Running start() {
        Proc process = Programs.proxy("--revproc.listener.message-timeout=4s", "--revproc.listener.idle-timeout=8s",
                "--revproc.forward.deadline=30s");
        try {
            return new Running(process, Programs.port(process));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Writes a figure down. Never asserted: the machine may be busy. */
    static void figure(String what, double value, String unit) {
        String line = String.format(Locale.ROOT, "%s: %.1f %s%n", what, value, unit);
        System.out.print(line);
        try {
            Files.createDirectories(FIGURES.getParent());
            Files.writeString(FIGURES, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            System.out.println("not written down: " + e.getMessage());
        }
    }

    static double millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e6;
    }
}

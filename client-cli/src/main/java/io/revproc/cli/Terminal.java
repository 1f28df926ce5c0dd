package io.revproc.cli;

import java.io.Console;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/**
 * Stands for the process's surroundings, which tests replace: streams, environment, working directory. Data goes to {@code out},
 * messages for a person to {@code err}.
 *
 * @param interactive whether {@code out} is a terminal, not a file or a pipe
 * @param watched     whether {@code err} is one
 * @param piped       whether {@code out} is a pipe to another program, which may have read enough at any time
 */
record Terminal(InputStream in, PrintStream out, PrintStream err, boolean interactive, boolean watched, boolean piped,
        Map<String, String> env, Path directory) {
    /** The most characters of a message. A problem that the proxy tells may be long, a peer's may be anything. */
    private static final int MAX_SENTENCE = 2_000;
    /** Set by bin/revproc, which knows without loading a console: 1 if {@code out} is a terminal, p if it is a pipe, then 1 if {@code err} is a terminal. */
    private static final String TTY_PROPERTY = "revproc.tty";

    /** The same with an {@code out} that is no pipe. */
    Terminal(InputStream in, PrintStream out, PrintStream err, boolean interactive, boolean watched,
            Map<String, String> env, Path directory) {
        this(in, out, err, interactive, watched, false, env, directory);
    }

    static Terminal ofProcess() {
        String tty = System.getProperty(TTY_PROPERTY);
        Console console = tty != null ? null : System.console();
        boolean interactive = tty != null ? tty.startsWith("1") : console != null && console.isTerminal();
        boolean watched = tty != null ? tty.endsWith("1") : interactive;
        return new Terminal(System.in, System.out, System.err, interactive, watched,
                tty != null && tty.startsWith("p"), System.getenv(), Path.of(""));
    }

    /** Colours only on a terminal, and not if the user says NO_COLOR (https://no-color.org). */
    boolean colours() {
        return interactive && env.getOrDefault("NO_COLOR", "").isEmpty() && !"dumb".equals(env.get("TERM"));
    }

    /** Returns whether {@code out} took not all that was written: nobody reads it any more, as after {@code | head}, or the disk is full. */
    boolean isClosed() {
        return out.checkError();
    }

    /**
     * Returns whether something is missing where {@code out} goes to. Whoever reads a pipe and has enough ({@code | head}, {@code | grep -q})
     * misses nothing.
     */
    boolean isCutShort() {
        return !piped && isClosed();
    }

    Style style() {
        return new Style(colours());
    }

    /** A message for a person; whatever of it others chose is made safe here, and is not endless. */
    void say(String sentence) {
        String shown = sentence.length() <= MAX_SENTENCE ? sentence : sentence.substring(0, MAX_SENTENCE) + "…";
        err.println("revproc: " + Style.safe(shown));
    }
}

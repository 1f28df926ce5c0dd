package io.revproc.cli;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

import io.revproc.cli.live.Screen;
import io.revproc.cli.server.BackOff;
import org.jspecify.annotations.Nullable;

/**
 * Follows a stream of the proxy again and again: that the proxy is gone for a while, or a load balancer does not reach it, is no reason to end;
 * a refusal that does not change is one.
 */
final class Following {
    /** A stream that ended before was as good as refused. */
    private static final Duration LIVED = Duration.ofSeconds(5);

    private volatile @Nullable CliException refusal;

    /**
     * How the attempts go on. For one thread.
     *
     * @param ended what to say when a stream ends
     * @param clock in nanoseconds
     */
    record Attempts(String ended, LongSupplier clock, BackOff backOff) {
        Attempts(String ended) {
            this(ended, System::nanoTime, new BackOff());
        }

        /**
         * @param why   for a person
         * @param lived whether it was a stream for some time
         * @param pause the time until the next attempt
         */
        record End(String why, boolean lived, Duration pause) {}

        /** @throws CliException if the proxy refuses, and will again */
        End next(Runnable stream) {
            long begun = clock.getAsLong();
            try {
                stream.run();
                boolean lived = clock.getAsLong() - begun >= LIVED.toNanos();
                return new End(ended + "; trying again", lived, lived ? backOff.passing() : backOff.lasting());
            } catch (CliException e) {
                if (!e.isPassing()) {
                    throw e;
                }
                return e.exitCode() == ExitCode.REFUSED
                        ? new End(e.sentence() + "; trying again, less and less often", false, backOff.lasting())
                        : new End(e.sentence() + "; trying again", false, backOff.passing());
            }
        }
    }

    /**
     * Follows until enough has come, or nobody reads it any more. Says once what is wrong, until a stream lives again.
     *
     * @param ended what to say when a stream ends
     * @throws CliException if the proxy refuses, and will again
     */
    static void until(Terminal terminal, BooleanSupplier enough, String ended, Runnable stream) {
        until(terminal, enough, new Attempts(ended), stream, pause -> LockSupport.parkNanos(pause.toNanos()));
    }

    static void until(Terminal terminal, BooleanSupplier enough, Attempts attempts, Runnable stream,
            Consumer<Duration> pause) {
        Set<String> said = new HashSet<>();
        while (!enough.getAsBoolean() && !terminal.isClosed()) {
            Attempts.End end = attempts.next(stream);
            if (end.lived()) {
                said.clear();
            }
            if (!enough.getAsBoolean() && !terminal.isClosed()) {
                if (said.add(end.why())) {
                    terminal.say(end.why());
                }
                pause.accept(end.pause());
            }
        }
    }

    /**
     * Follows on a thread of its own while a screen shows what comes; a refusal that does not change ends the screen.
     *
     * @param ended   what to say when a stream ends
     * @param trouble takes what is wrong, for the last line of the screen
     */
    void on(Screen screen, String ended, Consumer<String> trouble, Runnable stream) {
        Thread.ofVirtual().name("live").start(() -> {
            Attempts attempts = new Attempts(ended);
            while (true) {
                try {
                    Attempts.End end = attempts.next(stream);
                    trouble.accept(end.why());
                    screen.refresh();
                    LockSupport.parkNanos(end.pause().toNanos());
                } catch (CliException e) {
                    refusal = e;
                    screen.end();
                    return;
                }
            }
        });
    }

    /** @throws CliException if it was a refusal that ended the screen; call it when the terminal is as before */
    void sayWhy() {
        if (refusal != null) {
            throw refusal;
        }
    }
}

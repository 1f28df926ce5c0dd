package io.revproc.cli;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import io.revproc.cli.live.Screen;
import org.jspecify.annotations.Nullable;

/** Follows a stream of the proxy again and again: that the proxy is gone for a while is no reason to end, that it refuses is one. */
final class Following {
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private volatile @Nullable CliException refusal;

    /**
     * Follows until enough has come.
     *
     * @param ended what to say when a stream ends
     * @throws CliException if the proxy refuses
     */
    static void until(Terminal terminal, BooleanSupplier enough, String ended, Runnable stream) {
        String said = "";
        while (!enough.getAsBoolean()) {
            String trouble = ended;
            try {
                stream.run();
                said = "";
            } catch (CliException e) {
                if (e.exitCode() != ExitCode.UNREACHABLE && e.exitCode() != ExitCode.TIMED_OUT) {
                    throw e;
                }
                trouble = e.sentence();
            }
            if (!enough.getAsBoolean()) {
                if (!trouble.equals(said)) {
                    terminal.say(trouble + "; trying again");
                }
                said = trouble;
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    /**
     * Follows on a thread of its own while a screen shows what comes; a lasting refusal ends the screen.
     *
     * @param ended   what to say when a stream ends
     * @param trouble takes what is wrong, for the last line of the screen
     */
    void on(Screen screen, String ended, Consumer<String> trouble, Runnable stream) {
        Thread.ofVirtual().name("live").start(() -> {
            while (true) {
                try {
                    stream.run();
                    trouble.accept(ended + "; trying again");
                } catch (CliException e) {
                    if (e.isLasting()) {
                        refusal = e;
                        screen.end();
                        return;
                    }
                    trouble.accept(e.sentence() + "; trying again");
                }
                screen.refresh();
                LockSupport.parkNanos(RETRY_NANOS);
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

package io.revproc.proxy.audit;

import java.io.IOException;
import java.nio.file.Path;

import io.revproc.wire.LogValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what a disk may refuse, again and again until it succeeds, and says so. Meanwhile nothing more is accepted. For the writer's
 * thread, but for {@link #failing}.
 */
final class Attempts {
    private static final Logger log = LoggerFactory.getLogger(Attempts.class);
    static final long RETRY_DELAY_MILLIS = 250;
    /** Attempts at the last writes of a proxy that ends. */
    static final int LAST = 4;

    /** An action that may fail. */
    interface Io {
        void run() throws IOException;
    }

    /** Is told of each attempt. */
    interface Listener {
        /** Returns whether the proxy ends, so that there is no time to try for ever. */
        boolean ending();

        /** Called when an attempt succeeds again. */
        void recovered();

        /** Called when the attempts are given up. */
        void givenUp();
    }

    private final Path directory;
    private final boolean failClosed;
    private final WriterSignal signal;
    private final Listener listener;
    private volatile boolean failing;

    Attempts(Path directory, boolean failClosed, WriterSignal signal, Listener listener) {
        this.directory = directory;
        this.failClosed = failClosed;
        this.signal = signal;
        this.listener = listener;
    }

    /** Returns whether the last attempt failed. */
    boolean failing() {
        return failing;
    }

    /** Tries until it succeeds; not so often where the proxy ends. @return whether it succeeded */
    boolean run(boolean last, Io io) {
        for (int attempts = 1;; attempts++) {
            try {
                io.run();
                succeeded();
                return true;
            } catch (IOException | RuntimeException e) {
                failed(e);
                if ((last || listener.ending()) && attempts >= LAST) {
                    listener.givenUp();
                    return false;
                }
                rest(RETRY_DELAY_MILLIS);
            }
        }
    }

    /** Sleeps instead of parking: loops that refuse messages would wake it for each. */
    static void rest(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void failed(Exception e) {
        boolean first = !failing;
        failing = true;
        // behind it: whoever is refused sees why
        signal.accepting(false);
        if (first) {
            log.error("event=audit_write_failed directory={} reason={} messages={}", LogValue.of(directory.toString()),
                    LogValue.of(e instanceof IOException ? String.valueOf(e.getMessage()) : e.toString()),
                    failClosed ? "refused" : "delivered-unrecorded");
        }
    }

    private void succeeded() {
        if (failing) {
            failing = false;
            listener.recovered();
        }
        signal.accepting(true);
    }
}

package io.revproc.cli;

import java.util.Locale;

/** A bar on standard error that redraws itself; nothing where there is no terminal. Not thread-safe. */
final class Progress {
    private static final long REDRAW_NANOS = 50_000_000;
    private static final int WIDTH = 30;

    private final Terminal terminal;
    private final long total;
    private final long start = System.nanoTime();
    private long done;
    private long drawn = start;
    private boolean visible;

    /** @param total 0 if it is not known */
    Progress(Terminal terminal, long total) {
        this.terminal = terminal;
        this.total = total;
    }

    void step() {
        done++;
        long now = System.nanoTime();
        if (terminal.interactive() && now - drawn >= REDRAW_NANOS) {
            drawn = now;
            visible = true;
            terminal.err().print("\r" + line(done, total, now - start));
            terminal.err().flush();
        }
    }

    void clear() {
        if (visible) {
            terminal.err().print("\r" + " ".repeat(WIDTH + 40) + "\r");
            terminal.err().flush();
            visible = false;
        }
    }

    static String line(long done, long total, long nanos) {
        String rate = String.format(Locale.ROOT, "%.0f/s", done / Math.max(1e-9, nanos / 1e9));
        if (total <= 0) {
            return done + " messages, " + rate;
        }
        int full = (int) Math.min(WIDTH, done * WIDTH / total);
        return "[" + "#".repeat(full) + ".".repeat(WIDTH - full) + "] " + done + "/" + total + " " + rate;
    }
}

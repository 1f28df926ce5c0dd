package io.revproc.cli;

import java.util.Locale;

/** A bar on standard error that redraws itself while a run is long; nothing where nobody watches. Not thread-safe. */
final class Progress {
    private static final long REDRAW_NANOS = 50_000_000;
    /** A run that ends within this time shows no progress bar. */
    private static final long SHORT_NANOS = 300_000_000;
    private static final int WIDTH = 30;

    private final Terminal terminal;
    private final long total;
    private final boolean wanted;
    private final long start = System.nanoTime();
    private long done;
    private long drawn = start + SHORT_NANOS - REDRAW_NANOS;
    /** How many characters stand there now. */
    private int visible;

    /**
     * @param total  0 if it is not known
     * @param wanted false: draws nothing, whoever watches
     */
    Progress(Terminal terminal, long total, boolean wanted) {
        this.terminal = terminal;
        this.total = total;
        this.wanted = wanted && terminal.watched();
    }

    void step() {
        done++;
        if (wanted) {
            long now = System.nanoTime();
            if (now - drawn >= REDRAW_NANOS) {
                drawn = now;
                draw(line(done, total, now - start));
            }
        }
    }

    /** Says how much is done of something that is counted in bytes. */
    void at(long bytes) {
        long now = System.nanoTime();
        if (wanted && now - drawn >= REDRAW_NANOS) {
            drawn = now;
            draw(lineOfBytes(bytes, total, now - start));
        }
    }

    static String lineOfBytes(long done, long total, long nanos) {
        double share = total <= 0 ? 1 : Math.clamp((double) done / total, 0, 1);
        double left = share == 0 ? 0 : nanos / share * (1 - share);
        return bar(share) + String.format(Locale.ROOT, " %.0f %%, %.0f MB/s", Math.floor(100 * share),
                done / 1e6 / Math.max(1e-9, nanos / 1e9))
                + (left < 1e9 ? "" : ", " + Durations.rough(Math.round(left)) + " left");
    }

    /** Shows a line in place of the last one. */
    void draw(String line) {
        if (wanted) {
            terminal.err().print("\r" + line + " ".repeat(Math.max(0, visible - line.length())));
            terminal.err().flush();
            visible = line.length();
        }
    }

    void clear() {
        if (visible > 0) {
            terminal.err().print("\r" + " ".repeat(visible) + "\r");
            terminal.err().flush();
            visible = 0;
        }
    }

    static String line(long done, long total, long nanos) {
        String rate = String.format(Locale.ROOT, "%.0f/s", done / Math.max(1e-9, nanos / 1e9));
        if (total <= 0) {
            return done + " messages, " + rate;
        }
        double left = done == 0 ? 0 : (double) nanos / done * Math.max(0, total - done);
        return bar((double) done / total) + " " + done + "/" + total + " " + rate
                + (left < 1e9 ? "" : ", " + Durations.rough(Math.round(left)) + " left");
    }

    /** @param share how much is done; at least 0, at most 1 */
    static String bar(double share) {
        int full = (int) (Math.clamp(share, 0, 1) * WIDTH);
        return "[" + "#".repeat(full) + ".".repeat(WIDTH - full) + "]";
    }
}

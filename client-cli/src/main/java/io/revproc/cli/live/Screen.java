package io.revproc.cli.live;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jline.terminal.Attributes;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;

/**
 * The whole terminal, for as long as something changes on it; what was there before comes back at the end, whatever ends it. For one
 * thread, but for {@link #refresh()}.
 */
public final class Screen implements AutoCloseable {
    /** The content of the screen. */
    public interface View {
        /**
         * Returns the lines, which may have colours; what is longer or more than there is room for is cut.
         *
         * @param width  columns that there are
         * @param height rows that there are
         */
        List<String> lines(int width, int height);

        /** Takes a key. */
        void key(int key);
    }

    private static final String ENTER = "\u001b[?1049h\u001b[?25l";
    private static final String LEAVE = "\u001b[?25h\u001b[?1049l";
    private static final long CHECK_INTERVAL_MILLIS = 100;
    private static final int CTRL_D = 4;
    private static final int ENDED = -1;
    private static final Size UNKNOWN = new Size(80, 24);

    private final Terminal terminal;
    private final Attributes before;
    private final PrintStream out;
    private final AtomicBoolean stale = new AtomicBoolean(true);
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Thread atTheEnd = new Thread(this::restore);

    private Screen(Terminal terminal, PrintStream out) {
        this.terminal = terminal;
        this.out = out;
        this.before = terminal.enterRawMode();
    }

    /** @throws IOException if this is no terminal that can be used so */
    public static Screen open(PrintStream out) throws IOException {
        Terminal terminal = TerminalBuilder.builder().system(true).provider("ffm").dumb(false).build();
        Screen screen = new Screen(terminal, out);
        Runtime.getRuntime().addShutdownHook(screen.atTheEnd);
        terminal.handle(Signal.WINCH, signal -> screen.refresh());
        terminal.handle(Signal.INT, signal -> screen.end());
        terminal.handle(Signal.CONT, signal -> screen.comeBack());
        screen.print(ENTER);
        return screen;
    }

    /** Has the view drawn anew, soon. Any thread. */
    public void refresh() {
        stale.set(true);
    }

    /** Has {@link #run} return, soon. Any thread. */
    public void end() {
        ended.set(true);
    }

    /** After Ctrl-Z and fg. */
    private void comeBack() {
        terminal.enterRawMode();
        print(ENTER);
        refresh();
    }

    /** Shows a view until the user has enough: q, Ctrl-D or Ctrl-C. */
    public void run(View view) throws IOException {
        while (!ended.get()) {
            if (stale.getAndSet(false)) {
                Size size = terminal.getSize();
                Size usable = size.getColumns() > 0 && size.getRows() > 0 ? size : UNKNOWN;
                print(frame(view.lines(usable.getColumns(), usable.getRows()), usable.getColumns(), usable.getRows()));
            }
            int key = terminal.reader().read(CHECK_INTERVAL_MILLIS);
            if (key == 'q' || key == CTRL_D || key == ENDED) {
                return;
            }
            if (key >= 0) {
                view.key(key);
                refresh();
            }
        }
    }

    /** Returns what draws the lines over what is there, without flicker: each line to its end, then nothing below. */
    static String frame(List<String> lines, int width, int height) {
        StringBuilder frame = new StringBuilder("\u001b[H");
        int shown = Math.min(lines.size(), height);
        for (int i = 0; i < shown; i++) {
            frame.append(cut(lines.get(i), width)).append("\u001b[K").append(i == shown - 1 ? "" : "\r\n");
        }
        return frame.append("\u001b[J").toString();
    }

    private static String cut(String line, int width) {
        AttributedString text = AttributedString.fromAnsi(line);
        return text.columnLength() <= width ? line : text.columnSubSequence(0, width).toAnsi();
    }

    private void print(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private void restore() {
        if (!closed.getAndSet(true)) {
            print(LEAVE);
            terminal.setAttributes(before);
        }
    }

    @Override
    public void close() throws IOException {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(atTheEnd);
        } catch (IllegalStateException e) {
            // The process is ending.
        }
        terminal.close();
    }
}

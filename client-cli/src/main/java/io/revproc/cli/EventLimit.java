package io.revproc.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Ends a stream of server-sent events with an error at an event that is too long: what is gathered of one has a bound. Not thread-safe. */
final class EventLimit extends FilterInputStream {
    private final int most;
    /** Bytes since the last empty line, which ends an event. */
    private int bytes;
    private boolean lineIsEmpty = true;

    /** @param most bytes of one event */
    EventLimit(InputStream in, int most) {
        super(in);
        this.most = most;
    }

    @Override
    public int read() throws IOException {
        int c = super.read();
        if (c >= 0) {
            count(c);
        }
        return c;
    }

    @Override
    public int read(byte[] buffer, int from, int length) throws IOException {
        int n = super.read(buffer, from, length);
        for (int i = 0; i < n; i++) {
            count(buffer[from + i]);
        }
        return n;
    }

    private void count(int c) throws IOException {
        bytes = c == '\n' && lineIsEmpty ? 0 : bytes + 1;
        if (bytes > most) {
            throw new IOException("an event is over " + most + " bytes");
        }
        lineIsEmpty = c == '\n' || c == '\r' && lineIsEmpty;
    }
}

package io.revproc.bench;

import java.io.IOException;
import java.nio.file.Path;

/** What a part of a benchmark run has measured. */
interface Result {
    /** Returns whether nothing was measured. */
    boolean isEmpty();

    /** Returns it as tables. */
    String markdown();

    /**
     * Writes tables and plots.
     *
     * @param command that made them
     */
    void write(Path folder, String command) throws IOException;

    /** Returns what of it stands in the table of targets. */
    default Targets targets() {
        return new Targets();
    }
}

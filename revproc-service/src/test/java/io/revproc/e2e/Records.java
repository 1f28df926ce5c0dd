package io.revproc.e2e;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import io.revproc.record.DamageException;
import io.revproc.record.Entry;
import io.revproc.record.SegmentReader;
import io.revproc.record.Verification;

/** Reads delivery records. */
final class Records {
    private Records() {}

    /** Returns all entries of the record in this directory, the oldest first. */
    static List<Entry> entries(Path directory) throws IOException, DamageException {
        List<Entry> entries = new ArrayList<>();
        for (Path file : Verification.segments(directory)) {
            try (InputStream in = Files.newInputStream(file)) {
                SegmentReader reader = new SegmentReader(in);
                for (Entry entry = reader.next(); entry != null; entry = reader.next()) {
                    entries.add(entry);
                }
            }
        }
        return entries;
    }
}

package io.revproc.proxy.audit;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.revproc.record.RemovedSegments;
import io.revproc.record.SegmentHeader;
import io.revproc.record.TreeFiles;
import io.revproc.record.Verification;
import io.revproc.wire.LogValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends segments that are full, begins the next ones and removes the oldest. The writer's thread's own. */
final class Rotation {
    private static final Logger log = LoggerFactory.getLogger(Rotation.class);

    /** The actions of the writer that it needs. */
    interface Writer {
        /** Writes and signs an event that says which segments go. @return whether that is written */
        boolean sayRemoved(RemovedSegments segments, boolean lastAttempts);
    }

    private final AuditSettings settings;
    private final SegmentFiles files;
    private final TreeFiles tree;
    private final Forcer forcer;
    private final ForcePolicy policy;
    private final Attempts attempts;
    /** The entries up to which the full segment was asked to be forced, after which little is left to force. 0: it is not full yet. */
    private long fullAt;

    Rotation(AuditSettings settings, SegmentFiles files, TreeFiles tree, Forcer forcer, ForcePolicy policy,
            Attempts attempts) {
        this.settings = settings;
        this.files = files;
        this.tree = tree;
        this.forcer = forcer;
        this.policy = policy;
        this.attempts = attempts;
    }

    /**
     * Returns whether the next write is the segment's last one. A segment must be on the disk before the next one begins, or a power
     * failure could leave a gap between them. Forcing all of it would hold up the writing: the forcer does that first, while the
     * segment grows on.
     */
    boolean isDue() {
        return fullAt > 0 && (forcer.upTo() >= fullAt || files.size() >= 2 * settings.segmentSize());
    }

    /** Has a segment that is full forced to the disk. */
    void prepareIfFull(long written) {
        if (fullAt == 0 && files.size() >= settings.segmentSize()) {
            fullAt = written;
            policy.force(written, System.nanoTime());
        }
    }

    /**
     * Begins the next segment.
     *
     * @param size of the log so far
     */
    void rotate(long size, List<byte[]> frontier, boolean last, Writer writer) {
        boolean begun = attempts.run(last, () -> {
            FileChannel old = files.channel();
            old.force(false);
            tree.write();
            tree.force();
            files.begin(files.segment() + 1, size, frontier, System.currentTimeMillis(), SegmentHeader.NOTHING);
            fullAt = 0;
            forcer.forced(size);
            forcer.force(old, size, true);
            policy.asked(size);
        });
        if (begun) {
            try {
                removeOld(last, writer);
            } catch (IOException e) {
                log.warn("event=audit_old_segments_kept reason={}", LogValue.of(String.valueOf(e.getMessage())));
            }
        }
    }

    /** First says so in the record, on the disk, then removes: a crash in between leaves more than was said, not less. */
    private void removeOld(boolean last, Writer writer) throws IOException {
        long most = settings.maxSize();
        List<Long> gone = most == 0 ? List.of() : files.beyond(most);
        if (gone.isEmpty()) {
            return;
        }
        long kept = firstIndexBehind(gone.getLast());
        if (writer.sayRemoved(new RemovedSegments(gone.getFirst(), gone.getLast(), kept), last)) {
            files.channel().force(false);
            for (long segment : gone) {
                files.remove(segment);
            }
            tree.removeBelow(kept);
        }
    }

    /** Returns the index of the first entry that stays; 0 if that is not known. */
    private long firstIndexBehind(long segment) throws IOException {
        for (Path file : Verification.segments(files.directory())) {
            if (SegmentHeader.segmentOf(file.getFileName().toString()) <= segment) {
                continue;
            }
            try (var in = Files.newInputStream(file)) {
                SegmentHeader header = SegmentHeader.read(in.readNBytes(SegmentHeader.MAX_LENGTH));
                if (header != null) {
                    return header.firstIndex();
                }
            }
        }
        return 0;
    }
}

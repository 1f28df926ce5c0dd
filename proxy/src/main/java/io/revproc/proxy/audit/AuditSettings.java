package io.revproc.proxy.audit;

import java.net.URI;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The delivery record.
 *
 * @param enabled        false: nothing is recorded, and clients get no receipts
 * @param directory      where the segment files are. Default: data/audit-PORT in the working directory, PORT being the listener's;
 *                       a proxy on any free port (0) keeps no record unless this is set. Two proxies must not share one
 * @param keyDirectory   where the keys are; made at the first start. Default: keys in the directory
 * @param origin         names the record as a transparency log, such as log.example.com/proxy-1: letters, digits, and . _ - /.
 *                       Default: the machine's name and the directory's, kept from the first start on. It can't be changed later
 * @param fsync          batch: what is written is forced to the disk at once; interval: every fsync-interval, and at once where
 *                       clients wait for receipts; never: when the system likes. A power failure loses what was not forced; the end of the
 *                       process loses none of what was written
 * @param fsyncInterval  how often interval forces
 * @param commitInterval how long entries are gathered for one write: longer is cheaper, and a kill loses more
 * @param onFull         what becomes of messages while the disk is full or slow. fail-closed: they are refused before they are
 *                       forwarded; degrade: they are delivered, counted as lost and logged
 * @param buffer         entries that wait for the disk, per event loop, about 100 bytes each
 * @param segmentSize    a segment file that is larger is followed by the next
 * @param maxSize        of all segments; beyond it the oldest are removed, which the record says. 0: none are removed
 * @param checkpoints    signatures over the record
 */
public record AuditSettings(boolean enabled, @Nullable String directory,
        @Nullable String keyDirectory, @Nullable String origin, Fsync fsync,
        Duration fsyncInterval,
        Duration commitInterval,
        OnFull onFull,
        int buffer,
        long segmentSize, long maxSize,
        Checkpoints checkpoints) {
    /** When what was written is forced to the disk. */
    public enum Fsync {
        /** After each write. */
        BATCH,
        /** Every {@code fsyncInterval}. */
        INTERVAL,
        /** When the operating system does. */
        NEVER
    }

    /** What is done with messages that can't be recorded. */
    public enum OnFull {
        /** Refused. */
        FAIL_CLOSED,
        /** Delivered and counted. */
        DEGRADE
    }

    /**
     * Signatures over the record.
     *
     * @param every        entries after which a checkpoint is written
     * @param interval     time after which one is written, if there are new entries
     * @param directory    where checkpoints are kept as well, outside the record: a file checkpoints.jsonl there gets a line each
     * @param pushUrl      where checkpoints are sent, as JSON in a POST
     * @param pushInterval the newest checkpoint goes out so often, and at each new segment and the proxy's end
     */
    public record Checkpoints(int every,
            Duration interval,
            @Nullable String directory, @Nullable URI pushUrl,
            Duration pushInterval) {
        public Checkpoints {
            if (pushUrl != null && (pushUrl.getHost() == null
                    || !"http".equals(pushUrl.getScheme()) && !"https".equals(pushUrl.getScheme()))) {
                throw new IllegalArgumentException(
                        "revproc.audit.checkpoints.push-url is not an http:// or https:// address");
            }
        }
    }

    private static final long LEAST_SEGMENT = 16L << 10;
    private static final long MOST_SEGMENT = 1L << 30;

    public AuditSettings {
        if (origin != null && !origin.matches("[A-Za-z0-9._/-]{1,200}")) {
            throw new IllegalArgumentException(
                    "revproc.audit.origin is 1 to 200 letters, digits, dots, underscores, hyphens and slashes");
        }
        if (segmentSize < LEAST_SEGMENT || segmentSize > MOST_SEGMENT) {
            throw new IllegalArgumentException("revproc.audit.segment-size is 16KB to 1GB");
        }
        if (maxSize < 0 || maxSize > 0 && maxSize < 2 * segmentSize) {
            throw new IllegalArgumentException("revproc.audit.max-size is 0 or at least two segments");
        }
    }
}

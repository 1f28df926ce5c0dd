package io.revproc.proxy.audit;

import java.net.URI;
import java.time.Duration;
import java.util.List;

import io.revproc.record.tlog.NoteKey;
import org.jspecify.annotations.Nullable;

/**
 * The delivery record.
 *
 * @param enabled        whether the proxy keeps the delivery record. Without it clients get no receipts
 * @param directory      where the segment files are. Default: data/audit-PORT in the working directory, PORT being the listener's;
 *                       a proxy on any free port (0) keeps no record unless this is set. Two proxies must not share one
 * @param keyDirectory   the directory of the record's keys, which are made at the first start. Default: keys in the
 *                       record's directory
 * @param origin         the record's name as a transparency log, such as log.example.com/proxy-1: letters, digits, and .
 *                       _ - /. Default: made of the names of the machine and the directory, and kept from the first start
 *                       on. It can't be changed later
 * @param fsync          when written entries are forced to the disk. batch: at once; interval: every fsync-interval, and
 *                       at once if a client waits for a receipt; never: when the operating system does it. A power
 *                       failure loses entries that were not forced; the end of the process loses none that were written
 * @param fsyncInterval  how often entries are forced to the disk if fsync is interval
 * @param commitInterval how long entries are gathered for one write. A longer time costs less, and a kill then loses more
 * @param onFull         what happens to messages while the disk is full or slow. fail-closed: they are refused before
 *                       they are forwarded; degrade: they are delivered, and the missing entries are counted and logged
 * @param buffer         the number of entries per event loop that may wait for the disk, about 100 bytes of memory each
 * @param segmentSize    the size after which a new segment file begins
 * @param maxSize        of all segments; beyond it the oldest are removed, which the record says. 0: none are removed
 * @param checkpoints    signatures over the record
 * @param witnesses      others that cosign its checkpoints; at most {@value #MAX_WITNESSES}
 */
public record AuditSettings(boolean enabled, @Nullable String directory,
        @Nullable String keyDirectory, @Nullable String origin, Fsync fsync,
        Duration fsyncInterval,
        Duration commitInterval,
        OnFull onFull,
        int buffer,
        long segmentSize, long maxSize,
        Checkpoints checkpoints, List<Witness> witnesses) {
    /** Witnesses that are brought checkpoints at most. */
    public static final int MAX_WITNESSES = 16;

    /** When what was written is forced to the disk. */
    public enum Fsync {
        /** After each write. */
        BATCH,
        /** Every {@code fsyncInterval}. */
        INTERVAL,
        /** When the operating system does. */
        NEVER
    }

    /** The treatment of messages that can't be recorded. */
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
     * @param interval     the time after which a checkpoint is written, if there are new entries
     * @param directory    a directory outside the record in which checkpoints are kept as well, one line each in its file
     *                     checkpoints.jsonl
     * @param pushUrl      the URL to which checkpoints are sent, as JSON in a POST request
     * @param pushInterval how often the newest checkpoint is sent. It is also sent at each new segment and when the proxy
     *                     stops
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

    /**
     * A witness, C2SP tlog-witness.
     *
     * @param key verifies its cosignatures
     * @param url where it takes checkpoints: its submission prefix
     */
    public record Witness(NoteKey key, URI url) {
        /** @throws IllegalArgumentException if it is not of the form KEY@URL; the message says so */
        public static Witness parse(String text) {
            int at = text.lastIndexOf("@http");
            try {
                NoteKey key = NoteKey.parse(at < 0 ? text : text.substring(0, at));
                URI url = URI.create(at < 0 ? "" : text.substring(at + 1));
                if (key.type() == NoteKey.Type.COSIGNATURE && url.getHost() != null
                        && ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
                    return new Witness(key, url);
                }
            } catch (IllegalArgumentException e) {
                // said below
            }
            throw new IllegalArgumentException("revproc.audit.witnesses: '" + text
                    + "' is not KEY@URL, the key of a witness as its witness.vkey holds it and the http:// or https:// "
                    + "address where it takes checkpoints");
        }
    }

    private static final long MIN_SEGMENT = 16L << 10;
    private static final long MAX_SEGMENT = 1L << 30;

    public AuditSettings {
        if (origin != null && !origin.matches("[A-Za-z0-9._/-]{1,200}")) {
            throw new IllegalArgumentException(
                    "revproc.audit.origin is 1 to 200 letters, digits, dots, underscores, hyphens and slashes");
        }
        if (segmentSize < MIN_SEGMENT || segmentSize > MAX_SEGMENT) {
            throw new IllegalArgumentException("revproc.audit.segment-size is 16KB to 1GB");
        }
        if (maxSize < 0 || maxSize > 0 && maxSize < 2 * segmentSize) {
            throw new IllegalArgumentException("revproc.audit.max-size is 0 or at least two segments");
        }
        witnesses = List.copyOf(witnesses);
        if (witnesses.size() > MAX_WITNESSES
                || witnesses.stream().map(Witness::key).distinct().count() < witnesses.size()) {
            throw new IllegalArgumentException(
                    "revproc.audit.witnesses are at most " + MAX_WITNESSES + ", each with a key of its own");
        }
    }
}

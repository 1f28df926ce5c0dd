package io.revproc.settings;

import java.net.URI;
import java.time.Duration;
import java.util.List;

import io.revproc.proxy.audit.AuditSettings;
import io.revproc.start.Bounds;
import io.revproc.start.CheckedSettings;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The delivery record.
 *
 * @param enabled        whether the proxy keeps the delivery record. Without it clients get no receipts
 * @param directory      the directory of the delivery record's files. Default: data/audit-PORT in the working directory,
 *                       where PORT is the listener's port. A proxy on any free port (0) keeps no record unless this is
 *                       set. Two proxies must not share a directory
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
 * @param maxSize        the largest size of all segments together. Beyond it the oldest segments are removed, and the
 *                       record says so. 0: none are removed
 * @param checkpoints    signatures over the record
 * @param witnesses      programs of others that cosign its checkpoints, each as KEY@URL: the text of its witness.vkey, and where it
 *                       takes checkpoints. The proxy brings them the newest one each second, off the messages' way
 */
@ConfigurationProperties("revproc.audit")
public record AuditProperties(@DefaultValue("true") boolean enabled, @Nullable String directory,
        @Nullable String keyDirectory, @Nullable String origin,
        @DefaultValue("interval") AuditSettings.Fsync fsync,
        @DefaultValue("1s") Duration fsyncInterval,
        @DefaultValue("10ms") Duration commitInterval,
        @DefaultValue("fail-closed") AuditSettings.OnFull onFull,
        @DefaultValue("32768") int buffer,
        @DefaultValue("64MB") DataSize segmentSize, @DefaultValue("2GB") DataSize maxSize,
        @DefaultValue Checkpoints checkpoints, @DefaultValue List<String> witnesses) implements CheckedSettings {
    @Override
    public void check(Bounds bounds) {
        bounds.range("fsync-interval", fsyncInterval, Duration.ofMillis(10), Duration.ofHours(1))
                .range("commit-interval", commitInterval, Duration.ofMillis(1), Duration.ofSeconds(10))
                .range("buffer", buffer, 64, 1_048_576)
                .nested("checkpoints", checkpoints)
                .together(this::settings);
    }

    /** Returns them as the proxy takes them. */
    public AuditSettings settings() {
        return new AuditSettings(enabled, directory, keyDirectory, origin, fsync, fsyncInterval, commitInterval, onFull,
                buffer,
                segmentSize.toBytes(), maxSize.toBytes(), checkpoints.settings(),
                witnesses.stream().map(AuditSettings.Witness::parse).toList());
    }

    /**
     * Signatures over the record.
     *
     * @param interval     the time after which a checkpoint is written, if there are new entries
     * @param directory    a directory outside the record in which checkpoints are kept as well, one line each in its file
     *                     checkpoints.jsonl
     * @param pushUrl      the URL to which checkpoints are sent, as JSON in a POST request
     * @param pushInterval how often the newest checkpoint is sent. It is also sent at each new segment and when the proxy
     *                     stops
     */
    public record Checkpoints(
            @DefaultValue("1s") Duration interval,
            @Nullable String directory, @Nullable URI pushUrl,
            @DefaultValue("1m") Duration pushInterval) implements CheckedSettings {
        /** The number of new entries after which a checkpoint is written early. */
        private static final int EVERY = 100_000;

        /** @throws IllegalArgumentException if the values do not go together */
        public Checkpoints {
            new AuditSettings.Checkpoints(EVERY, interval, directory, pushUrl, pushInterval);
        }

        @Override
        public void check(Bounds bounds) {
            bounds.range("interval", interval, Duration.ofMillis(10), Duration.ofHours(1))
                    .range("push-interval", pushInterval, Duration.ofMillis(10), Duration.ofDays(1));
        }

        AuditSettings.Checkpoints settings() {
            return new AuditSettings.Checkpoints(EVERY, interval, directory, pushUrl, pushInterval);
        }
    }
}

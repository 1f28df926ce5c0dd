package io.revproc.settings;

import java.net.URI;
import java.time.Duration;

import io.revproc.proxy.audit.AuditSettings;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * The delivery record.
 *
 * @param enabled        false: nothing is recorded, and clients get no receipts
 * @param directory      where the delivery record's files are, its segments. Default: data/audit-PORT in the working directory, PORT being the listener's;
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
 * @param maxSize        the most bytes of all segments; beyond it the oldest are removed, which the record says. 0: none are removed
 * @param checkpoints    signatures over the record
 */
@Validated
@ConfigurationProperties(prefix = "revproc.audit", ignoreUnknownFields = false)
public record AuditProperties(@DefaultValue("true") boolean enabled, @Nullable String directory,
        @Nullable String keyDirectory, @Nullable String origin,
        @DefaultValue("interval") AuditSettings.@NotNull Fsync fsync,
        @DefaultValue("1s") @NotNull @DurationMin(millis = 10) @DurationMax(hours = 1) Duration fsyncInterval,
        @DefaultValue("10ms") @NotNull @DurationMin(millis = 1) @DurationMax(seconds = 10) Duration commitInterval,
        @DefaultValue("fail-closed") AuditSettings.@NotNull OnFull onFull,
        @DefaultValue("32768") @Min(64) @Max(1_048_576) int buffer,
        @DefaultValue("64MB") @NotNull DataSize segmentSize, @DefaultValue("2GB") @NotNull DataSize maxSize,
        @DefaultValue @Valid @NotNull Checkpoints checkpoints) {
    /** @throws IllegalArgumentException if the values do not go together */
    public AuditProperties {
        new AuditSettings(enabled, directory, keyDirectory, origin, fsync, fsyncInterval, commitInterval, onFull,
                buffer,
                segmentSize.toBytes(), maxSize.toBytes(), checkpoints.settings());
    }

    /** Returns them as the proxy takes them. */
    public AuditSettings settings() {
        return new AuditSettings(enabled, directory, keyDirectory, origin, fsync, fsyncInterval, commitInterval, onFull,
                buffer,
                segmentSize.toBytes(), maxSize.toBytes(), checkpoints.settings());
    }

    /**
     * Signatures over the record.
     *
     * @param interval     time after which one is written, if there are new entries
     * @param directory    where checkpoints are kept as well, outside the record: a file checkpoints.jsonl there gets a line each
     * @param pushUrl      where checkpoints are sent, as JSON in a POST
     * @param pushInterval the newest checkpoint goes out so often, and at each new segment and the proxy's end
     */
    public record Checkpoints(
            @DefaultValue("1s") @NotNull @DurationMin(millis = 10) @DurationMax(hours = 1) Duration interval,
            @Nullable String directory, @Nullable URI pushUrl,
            @DefaultValue("1m") @NotNull @DurationMin(millis = 10) @DurationMax(days = 1) Duration pushInterval) {
        /** So many new entries have a checkpoint written before its time. */
        private static final int EVERY = 100_000;

        /** @throws IllegalArgumentException if the values do not go together */
        public Checkpoints {
            new AuditSettings.Checkpoints(EVERY, interval, directory, pushUrl, pushInterval);
        }

        AuditSettings.Checkpoints settings() {
            return new AuditSettings.Checkpoints(EVERY, interval, directory, pushUrl, pushInterval);
        }
    }
}

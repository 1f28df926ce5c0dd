package io.revproc.admin;

import java.util.List;

import io.revproc.proxy.audit.AuditLog;
import io.revproc.proxy.audit.Witnesses;
import io.revproc.record.Checkpoint;
import io.swagger.v3.oas.annotations.media.Schema;

/** How the delivery record stands, in the few figures that the dashboard shows. */
@Schema(name = "LiveRecord")
record RecordView(
        @Schema(description = "Milliseconds since the newest checkpoint; -1: there is none yet") long checkpointAgeMillis,
        @Schema(description = "Entries that no checkpoint covers yet") long uncovered,
        @Schema(description = "How many receipts clients have got") long receipts,
        @Schema(description = "Whether the disk takes nothing, or less than comes") boolean failing,
        @Schema(description = "Witnesses that are asked") int witnesses,
        @Schema(description = "Witnesses that cosigned when they were last asked") int cosigning,
        @Schema(description = "Witnesses that cosigned a log of which this record is not a continuation") int contradicting) {
    static RecordView of(AuditLog log, long millis) {
        AuditLog.Status status = log.status();
        Checkpoint last = log.lastCheckpoint();
        List<Witnesses.Status> witnesses = log.witnesses();
        return new RecordView(last == null ? -1 : Math.max(0, millis - last.time().toEpochMilli()),
                last == null ? status.written() : Math.max(0, status.written() - last.size()), status.receipts(),
                status.failing(), witnesses.size(),
                (int) witnesses.stream().filter(each -> each.at() != null && !each.failing()).count(),
                (int) witnesses.stream().filter(Witnesses.Status::contradicted).count());
    }
}

package io.revproc.record;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The result of the verification of a record.
 *
 * @param findings     what is wrong, in the order of the files; at most {@value Verification#MAX_FINDINGS}
 * @param segments     how many were read
 * @param first        index of the first entry that is there
 * @param size         how many entries the log has, those that were removed included; 0 if there are none
 * @param deliveries   how many entries are deliveries
 * @param aside        how many entries a start of the proxy put aside, as the record itself says, since it could not prove them its own
 * @param lost         how many deliveries the record itself says are missing, since the disk was full or slow
 * @param lastSigned   the last checkpoint whose signature is right; null if there is none
 * @param keptCompared how many of the kept checkpoints could be compared
 * @param earlier      of the segments in the earlier format; null if there are none
 */
public record Verdict(List<Finding> findings, int segments, long first, long size, long deliveries, long aside,
        long lost,
        @Nullable Checkpoint lastSigned, int keptCompared, @Nullable ChainVerdict earlier) {
    /** Returns whether nothing is wrong. */
    public boolean intact() {
        return findings.isEmpty() && (earlier == null || earlier.intact());
    }

    /** Returns what is wrong in both formats. */
    public List<Finding> all() {
        if (earlier == null) {
            return findings;
        }
        List<Finding> all = new ArrayList<>(earlier.findings());
        all.addAll(findings);
        return all;
    }

    /** Returns whether the log holds no entry at all. */
    public boolean empty() {
        return size == 0;
    }

    /** Returns how many entries come behind the last checkpoint: nothing is signed there yet. */
    public long unsigned() {
        return size - (lastSigned == null ? first : lastSigned.size());
    }
}

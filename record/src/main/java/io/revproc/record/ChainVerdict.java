package io.revproc.record;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The result of the verification of a record.
 *
 * @param findings      what is wrong, in the order of the files; at most {@value ChainVerification#MAX_FINDINGS}
 * @param segments      how many were read
 * @param first         sequence of the first entry; 0 if there are none
 * @param last          sequence of the last entry; 0 if there are none
 * @param deliveries    how many entries are deliveries
 * @param aside         how many entries a start of the proxy put aside, as the record itself says, since it could not prove them its own
 * @param lost          how many deliveries the record itself says are missing, since the disk was full or slow
 * @param lastSigned    the last checkpoint whose signature is right; null if there is none
 * @param signedHash    the chain's hash behind it; zeros if there is none
 * @param keptCompared  how many of the kept checkpoints could be compared
 */
public record ChainVerdict(List<Finding> findings, int segments, long first, long last, long deliveries, long aside,
        long lost,
        @Nullable ChainCheckpoint lastSigned, Entry.Digest signedHash, int keptCompared) {
    public boolean intact() {
        return findings.isEmpty();
    }

    /** Returns whether it holds no entry at all. */
    public boolean empty() {
        return last == 0;
    }

    /** Returns how many entries come behind the last checkpoint: nothing is signed there yet. */
    public long unsigned() {
        return last - (lastSigned == null ? Math.max(0, first - 1) : lastSigned.sequence());
    }
}

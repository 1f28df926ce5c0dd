/**
 * Transparency logs in the format of C2SP: Merkle trees of RFC 6962, tiles, signed notes, checkpoints, proofs and cosignatures. Plain
 * Java. It does not look at the contents of a log's entries.
 */
@NullMarked
package io.revproc.record.tlog;

import org.jspecify.annotations.NullMarked;

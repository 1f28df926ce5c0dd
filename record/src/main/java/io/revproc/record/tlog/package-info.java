/**
 * Transparency logs in the format of C2SP: Merkle trees of RFC 6962, tiles, signed notes, checkpoints, proofs and cosignatures. Plain
 * Java; knows nothing of what the entries of a log say.
 */
@NullMarked
package io.revproc.record.tlog;

import org.jspecify.annotations.NullMarked;

/** A witness of transparency logs: checks that each grows and never changes, and cosigns its checkpoints. */
@NullMarked
package io.revproc.record.witness;

import org.jspecify.annotations.NullMarked;

/** A witness of transparency logs: checks that a log only grows and never changes, and then cosigns its checkpoint. */
@NullMarked
package io.revproc.record.witness;

import org.jspecify.annotations.NullMarked;

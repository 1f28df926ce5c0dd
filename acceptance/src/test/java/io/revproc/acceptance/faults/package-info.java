/**
 * Faults, and what they cost: every message is counted where it leaves, where it arrives and where its answer comes back. None may
 * be lost without an answer, delivered twice or delivered to another policy's server.
 */
@NullMarked
package io.revproc.acceptance.faults;

import org.jspecify.annotations.NullMarked;

/**
 * The event loops: which interface of the kernel they use, which buffers a loop lends to its connections, and the end of its turn. At the
 * end of a turn, everything that one wake-up brought for a connection is written to it at once.
 */
@NullMarked
package io.revproc.transport;

import org.jspecify.annotations.NullMarked;

/**
 * Prints the lines that the seed's proxy (the original Python program) printed, payloads included. Off unless {@code revproc.transcript}
 * is set.
 */
@NullMarked
package io.revproc.proxy.transcript;

import org.jspecify.annotations.NullMarked;

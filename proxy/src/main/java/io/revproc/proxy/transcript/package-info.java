/**
 * The lines that the seed's proxy printed, payloads included. Off unless asked for by revproc.transcript.
 */
@NullMarked
package io.revproc.proxy.transcript;

import org.jspecify.annotations.NullMarked;

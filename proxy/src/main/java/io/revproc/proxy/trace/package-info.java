/**
 * Traces by OpenTelemetry: one span for each message that is traced, sent over OTLP. Off by default.
 * The trace that a client began is taken over, and passed on to servers of proto 2; Part 1 servers get bytes unchanged.
 */
@NullMarked
package io.revproc.proxy.trace;

import org.jspecify.annotations.NullMarked;

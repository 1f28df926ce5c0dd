/**
 * Traces by OpenTelemetry: one span for each message that is traced, sent over OTLP. Off by default.
 * The proxy continues a trace that a client began and passes it on to servers of proto 2. Part 1 servers get the client's bytes unchanged.
 */
@NullMarked
package io.revproc.proxy.trace;

import org.jspecify.annotations.NullMarked;

package io.revproc.proxy.trace;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.revproc.proxy.forward.Trace;

/** A message's span, from its arrival to its end. */
record ForwardSpan(Span span) implements Trace {
    @Override
    public String traceparent() {
        SpanContext context = span.getSpanContext();
        return "00-" + context.getTraceId() + "-" + context.getSpanId() + "-" + context.getTraceFlags().asHex();
    }
}

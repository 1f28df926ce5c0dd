package io.revproc.trace;

import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.revproc.forward.Exchange;
import io.revproc.forward.MessageLog;
import io.revproc.upstream.Endpoint;
import io.revproc.wire.ErrorCode;
import io.revproc.wire.MessageFields;
import org.jspecify.annotations.Nullable;

/**
 * Records one span for each message that is traced. Thread-safe; spans are handed to a queue and sent by another thread. The
 * names of the attributes are an interface: {@code docs/operations.md} lists them.
 */
public final class MessageTracer implements MessageLog {
    private static final AttributeKey<String> POLICY = AttributeKey.stringKey("revproc.policy");
    private static final AttributeKey<String> SERVER = AttributeKey.stringKey("revproc.server");
    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("revproc.outcome");
    private static final AttributeKey<Long> REQUEST_BYTES = AttributeKey.longKey("revproc.request.bytes");
    private static final AttributeKey<Long> REPLY_BYTES = AttributeKey.longKey("revproc.reply.bytes");
    private static final AttributeKey<Long> FAILED_SERVERS = AttributeKey.longKey("revproc.failed_servers");
    private static final AttributeKey<Long> SERVER_MICROS = AttributeKey.longKey("revproc.server.duration_us");
    private static final AttributeKey<String> CLIENT_ADDRESS = AttributeKey.stringKey("client.address");
    private static final AttributeKey<Long> CLIENT_PORT = AttributeKey.longKey("client.port");
    private static final AttributeKey<String> SERVER_ADDRESS = AttributeKey.stringKey("server.address");
    private static final AttributeKey<Long> SERVER_PORT = AttributeKey.longKey("server.port");
    private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");

    private final Tracer tracer;
    private final double share;
    private final boolean followClients;
    private final DoubleSupplier chance;

    /** @param chance 0 (inclusive) to 1 (exclusive); thread-safe */
    MessageTracer(Tracer tracer, TracingProperties properties, DoubleSupplier chance) {
        this.tracer = tracer;
        this.share = properties.share() / 100;
        this.followClients = properties.followClients();
        this.chance = chance;
    }

    @Override
    public void arrived(Exchange exchange, byte[] bytes, MessageFields fields) {
        TraceParent parent = fields.traceparentStart() < 0
                ? null
                : TraceParent.read(bytes, fields.traceparentStart(), fields.traceparentEnd());
        boolean traced = parent != null && followClients ? parent.sampled() : chance.getAsDouble() < share;
        if (traced) {
            SpanBuilder builder = tracer.spanBuilder("forward").setSpanKind(SpanKind.SERVER);
            exchange.trace(new ForwardSpan(
                    (parent == null ? builder.setNoParent() : builder.setParent(context(parent))).startSpan()));
        }
    }

    private static Context context(TraceParent parent) {
        return Context.root().with(Span.wrap(SpanContext.createFromRemoteParent(parent.traceId(), parent.spanId(),
                TraceFlags.getSampled(), TraceState.getDefault())));
    }

    @Override
    public void ended(Exchange exchange, @Nullable Endpoint endpoint, @Nullable ErrorCode code, int replyBytes,
            long now) {
        if (!(exchange.trace() instanceof ForwardSpan(Span span))) {
            return;
        }
        span.setAttribute(POLICY, exchange.policy().text());
        span.setAttribute(CLIENT_ADDRESS, exchange.client().getAddress().getHostAddress());
        span.setAttribute(CLIENT_PORT, (long) exchange.client().getPort());
        span.setAttribute(REQUEST_BYTES, (long) exchange.size());
        span.setAttribute(FAILED_SERVERS, (long) exchange.failedAttempts());
        if (endpoint != null) {
            span.setAttribute(SERVER, endpoint.spec().id().text());
            span.setAttribute(SERVER_ADDRESS, endpoint.spec().host());
            span.setAttribute(SERVER_PORT, (long) endpoint.spec().port());
            span.setAttribute(SERVER_MICROS, TimeUnit.NANOSECONDS.toMicros(now - exchange.sentNanos()));
        }
        if (code != null) {
            span.setAttribute(OUTCOME, code.name());
            span.setAttribute(ERROR_TYPE, code.name());
            span.setStatus(StatusCode.ERROR, code.sentence());
        } else if (replyBytes < 0) {
            span.setAttribute(OUTCOME, "cancelled");
        } else {
            span.setAttribute(OUTCOME, "answered");
            span.setAttribute(REPLY_BYTES, (long) replyBytes);
        }
        span.end();
    }
}

package io.revproc.proxy.trace;

import java.net.InetSocketAddress;
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
import io.revproc.proxy.forward.Exchange;
import io.revproc.proxy.forward.MessageLog;
import io.revproc.proxy.forward.RefusedMessage;
import io.revproc.proxy.route.Endpoint;
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
    private static final AttributeKey<String> SERVED_BY = AttributeKey.stringKey("revproc.served_by");
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
    MessageTracer(Tracer tracer, TracingSettings properties, DoubleSupplier chance) {
        this.tracer = tracer;
        this.share = properties.share() / 100;
        this.followClients = properties.followClients();
        this.chance = chance;
    }

    @Override
    public void arrived(Exchange exchange, byte[] bytes, MessageFields fields) {
        if (!exchange.disclosure().trace()) {
            return;
        }
        Span span = begin(fields.traceparentStart() < 0
                ? null
                : TraceParent.read(bytes, fields.traceparentStart(), fields.traceparentEnd()));
        if (span != null) {
            exchange.trace(new ForwardSpan(span));
        }
    }

    /** Returns the span of a message; null if it is not traced. */
    private @Nullable Span begin(@Nullable TraceParent parent) {
        boolean traced = parent != null && followClients ? parent.sampled() : chance.getAsDouble() < share;
        if (!traced) {
            return null;
        }
        SpanBuilder builder = tracer.spanBuilder("forward").setSpanKind(SpanKind.SERVER);
        return (parent == null ? builder.setNoParent() : builder.setParent(context(parent))).startSpan();
    }

    @Override
    public void refused(RefusedMessage message) {
        if (!message.disclosure().trace()) {
            return;
        }
        byte[] traceparent = message.traceparent();
        Span span = begin(traceparent.length == 0 ? null : TraceParent.read(traceparent, 0, traceparent.length));
        if (span == null) {
            return;
        }
        if (message.policy() != null) {
            span.setAttribute(POLICY, message.policy());
        }
        client(span, message.client(), message.bytes());
        span.setAttribute(FAILED_SERVERS, 0L);
        failed(span, message.code());
        span.end();
    }

    private static void client(Span span, InetSocketAddress client, int bytes) {
        span.setAttribute(CLIENT_ADDRESS, client.getAddress().getHostAddress());
        span.setAttribute(CLIENT_PORT, (long) client.getPort());
        span.setAttribute(REQUEST_BYTES, (long) bytes);
    }

    private static void failed(Span span, ErrorCode code) {
        span.setAttribute(OUTCOME, code.name());
        span.setAttribute(ERROR_TYPE, code.name());
        span.setStatus(StatusCode.ERROR, code.sentence());
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
        client(span, exchange.client(), exchange.size());
        span.setAttribute(FAILED_SERVERS, (long) exchange.failedAttempts());
        if (endpoint != null) {
            span.setAttribute(SERVER, endpoint.spec().id().text());
            if (exchange.widened(endpoint) != null) {
                span.setAttribute(SERVED_BY, endpoint.spec().policy().text());
            }
            span.setAttribute(SERVER_ADDRESS, endpoint.spec().host());
            span.setAttribute(SERVER_PORT, (long) endpoint.spec().port());
            span.setAttribute(SERVER_MICROS, TimeUnit.NANOSECONDS.toMicros(now - exchange.sentNanos()));
        }
        if (code != null) {
            failed(span, code);
        } else if (replyBytes < 0) {
            span.setAttribute(OUTCOME, "cancelled");
        } else {
            span.setAttribute(OUTCOME, "answered");
            span.setAttribute(REPLY_BYTES, (long) replyBytes);
        }
        span.end();
    }
}

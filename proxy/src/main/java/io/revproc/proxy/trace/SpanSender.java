package io.revproc.proxy.trace;

import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.revproc.wire.LogValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends spans, and says in one line a minute at most where that fails. */
final class SpanSender implements SpanExporter {
    private static final Logger log = LoggerFactory.getLogger(SpanSender.class);
    private static final long PAUSE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final SpanExporter exporter;
    private final String endpoint;
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong quietUntil = new AtomicLong(System.nanoTime());

    SpanSender(SpanExporter exporter, String endpoint) {
        this.exporter = exporter;
        this.endpoint = endpoint;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        CompletableResultCode sent = exporter.export(spans);
        sent.whenComplete(() -> {
            if (!sent.isSuccess()) {
                lost.addAndGet(spans.size());
                say();
            }
        });
        return sent;
    }

    private void say() {
        long now = System.nanoTime();
        long until = quietUntil.get();
        if (now - until >= 0 && quietUntil.compareAndSet(until, now + PAUSE_NANOS)) {
            log.warn(
                    "event=spans_lost spans={} endpoint={} hint=\"is a collector listening there for OTLP over HTTP?\"",
                    lost.getAndSet(0), LogValue.of(endpoint.toString()));
        }
    }

    @Override
    public CompletableResultCode flush() {
        return exporter.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
        return exporter.shutdown();
    }
}

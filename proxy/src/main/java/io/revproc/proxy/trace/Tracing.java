package io.revproc.proxy.trace;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;

/** The part of OpenTelemetry that is used: a queue of spans and the thread that sends them. */
public final class Tracing implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final long LAST_SPANS_SECONDS = 5;

    private final SdkTracerProvider provider;
    private final MessageTracer tracer;

    private Tracing(SdkTracerProvider provider, MessageTracer tracer) {
        this.provider = provider;
        this.tracer = tracer;
    }

    /**
     * Begins to trace.
     *
     * @param version of the program, told with each span
     * @param pause   how long a span may wait to be sent with others
     */
    public static Tracing start(TracingSettings properties, String version, Duration pause) {
        OtlpHttpSpanExporterBuilder exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(properties.endpoint().toString()).setTimeout(TIMEOUT);
        properties.headers().forEach(exporter::addHeader);
        SdkTracerProvider provider = SdkTracerProvider.builder().setSampler(Sampler.alwaysOn())
                .setResource(Resource.getDefault()
                        .merge(Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "revproc",
                                AttributeKey.stringKey("service.version"), version,
                                AttributeKey.stringKey("service.instance.id"), UUID.randomUUID().toString()))))
                .addSpanProcessor(BatchSpanProcessor
                        .builder(new SpanSender(exporter.build(), properties.endpoint().toString()))
                        .setMaxQueueSize(properties.queueSize()).setMaxExportBatchSize(512).setScheduleDelay(pause)
                        .build())
                .build();
        return new Tracing(provider, new MessageTracer(provider.get("io.revproc"), properties,
                () -> ThreadLocalRandom.current().nextDouble()));
    }

    public MessageTracer tracer() {
        return tracer;
    }

    /** Sends what waits, for at most five seconds. */
    @Override
    public void close() {
        provider.shutdown().join(LAST_SPANS_SECONDS, TimeUnit.SECONDS);
    }
}

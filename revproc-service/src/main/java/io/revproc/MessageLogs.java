package io.revproc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import io.revproc.proxy.accesslog.AccessLog;
import io.revproc.proxy.accesslog.AccessLogSettings;
import io.revproc.proxy.forward.MessageLog;
import io.revproc.proxy.trace.Tracing;
import io.revproc.proxy.trace.TracingSettings;
import io.revproc.start.Program;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The access log and the traces, as far as the settings want them. */
final class MessageLogs implements AutoCloseable {
    private static final Logger access = LoggerFactory.getLogger("io.revproc.access");
    private static final Duration SPANS_PAUSE = Duration.ofSeconds(5);

    private final @Nullable AccessLog accessLog;
    private final @Nullable Tracing tracing;

    MessageLogs(AccessLogSettings accessLogWanted, TracingSettings tracingWanted) {
        this.accessLog = accessLogWanted.enabled()
                ? new AccessLog(accessLogWanted, () -> ThreadLocalRandom.current().nextDouble(), access::info)
                : null;
        this.tracing = tracingWanted.enabled()
                ? Tracing.start(tracingWanted, Program.version(), SPANS_PAUSE)
                : null;
    }

    /** Returns those that there are. */
    List<MessageLog> all() {
        List<MessageLog> logs = new ArrayList<>();
        if (accessLog != null) {
            logs.add(accessLog);
        }
        if (tracing != null) {
            logs.add(tracing.tracer());
        }
        return logs;
    }

    @Nullable
    AccessLog accessLog() {
        return accessLog;
    }

    @Override
    public void close() {
        if (accessLog != null) {
            accessLog.close();
        }
        if (tracing != null) {
            tracing.close();
        }
    }
}

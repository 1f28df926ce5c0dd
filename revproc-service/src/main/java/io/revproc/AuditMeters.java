package io.revproc;

import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.revproc.proxy.audit.Audit;
import io.revproc.proxy.audit.AuditLog;
import io.revproc.proxy.audit.Witnesses;
import io.revproc.record.Checkpoint;

/** The metrics of the delivery record; zeros if none is kept. */
record AuditMeters(Audit audit) implements MeterBinder {
    @Override
    public void bindTo(MeterRegistry registry) {
        counter(registry, "revproc.audit.lost", "Deliveries and notes that are not in the record",
                AuditLog.Status::lost);
        counter(registry, "revproc.audit.refused", "Messages refused since they could not have been recorded",
                AuditLog.Status::refused);
        counter(registry, "revproc.audit.push.failures", "Checkpoints that could not be brought outside",
                AuditLog.Status::pushFailures);
        counter(registry, "revproc.audit.faults", "Faults in the program that the record's writer met",
                AuditLog.Status::faults);
        counter(registry, "revproc.audit.receipts", "Receipts that clients got", AuditLog.Status::receipts);
        counter(registry, "revproc.audit.receipts.denied", "Answers that say why there is no receipt",
                AuditLog.Status::receiptsDenied);
        gauge(registry, "revproc.audit.sequence", "Entries that were written", AuditLog.Status::written);
        gauge(registry, "revproc.audit.waiting", "Entries that are not written yet", AuditLog.Status::waiting);
        gauge(registry, "revproc.audit.unforced", "Entries that are written and not yet forced to the disk",
                status -> Math.max(0, status.written() - status.forced()));
        gauge(registry, "revproc.audit.failing", "1 while the disk takes nothing, or less than comes",
                status -> status.failing() ? 1 : 0);
        FunctionCounter
                .builder("revproc.audit.witness.failures", this,
                        meters -> meters.audit.log().map(AuditLog::witnessFailures).orElse(0L))
                .description("Times a witness was asked and did not cosign").register(registry);
        witnesses(registry, "revproc.audit.witnesses", "Witnesses that are asked", status -> true);
        witnesses(registry, "revproc.audit.witnesses.cosigning", "Witnesses that cosigned when they were asked last",
                status -> status.at() != null && !status.failing());
        witnesses(registry, "revproc.audit.witnesses.contradicting",
                "Witnesses that cosigned a log of which this record is not a continuation",
                Witnesses.Status::contradicted);
        TimeGauge.builder("revproc.audit.force", () -> of(AuditLog.Status::forceNanos), TimeUnit.NANOSECONDS)
                .description("How long the disk took for the last force").register(registry);
        TimeGauge.builder("revproc.audit.checkpoint.age", this::checkpointAge, TimeUnit.MILLISECONDS)
                .description("Since the newest checkpoint; grows where nothing is recorded as well").register(registry);
    }

    private void witnesses(MeterRegistry registry, String name, String description,
            Predicate<Witnesses.Status> which) {
        ToDoubleFunction<AuditMeters> count = meters -> meters.audit.log()
                .map(log -> log.witnesses().stream().filter(which).count()).orElse(0L);
        Gauge.builder(name, this, count).description(description).strongReference(true).register(registry);
    }

    private void counter(MeterRegistry registry, String name, String description,
            ToLongFunction<AuditLog.Status> value) {
        FunctionCounter.builder(name, this, meters -> meters.of(value)).description(description).register(registry);
    }

    private void gauge(MeterRegistry registry, String name, String description,
            ToLongFunction<AuditLog.Status> value) {
        ToDoubleFunction<AuditMeters> read = meters -> meters.of(value);
        Gauge.builder(name, this, read).description(description).strongReference(true).register(registry);
    }

    private long of(ToLongFunction<AuditLog.Status> value) {
        return audit.log().map(AuditLog::status).map(value::applyAsLong).orElse(0L);
    }

    private long checkpointAge() {
        Checkpoint last = audit.log().map(AuditLog::lastCheckpoint).orElse(null);
        return last == null ? 0 : Math.max(0, System.currentTimeMillis() - last.time().toEpochMilli());
    }
}

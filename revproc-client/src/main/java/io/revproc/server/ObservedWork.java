package io.revproc.server;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.ReceiverContext;
import org.jspecify.annotations.Nullable;

/** Makes an observation of a handler's work. The only class here that knows Micrometer: without it nothing loads this one. */
final class ObservedWork implements Handlers.Work {
    private final ObservationRegistry registry;
    private final Handlers.Work work;

    ObservedWork(ObservationRegistry registry, Handlers.Work work) {
        this.registry = registry;
        this.work = work;
    }

    @Override
    public void handle(ServerRequest request, Handlers.Outcome outcome) throws Exception {
        ReceiverContext<ServerRequest> context = new ReceiverContext<>(ObservedWork::field);
        context.setCarrier(request);
        context.setRemoteServiceName("revproc");
        Observation observation = Observation.createNotStarted("revproc.server", () -> context, registry)
                .contextualName("handle " + request.policy())
                .lowCardinalityKeyValues(KeyValues.of(KeyValue.of("policy", request.policy()))).start();
        Handlers.Outcome observed = new Handlers.Outcome() {
            @Override
            public void answered(Reply reply) {
                // The client gets its answer whatever an application's observer does.
                try {
                    stop("answered");
                } finally {
                    outcome.answered(reply);
                }
            }

            @Override
            public void failed(Throwable failure) {
                // not the failure itself: its text may hold the payload
                try {
                    stop(failure instanceof Refusal refusal ? refusal.code().name() : "SERVER_FAILED");
                } finally {
                    outcome.failed(failure);
                }
            }

            private void stop(String result) {
                observation.lowCardinalityKeyValue("outcome", result).stop();
            }
        };
        try (Observation.Scope _ = observation.openScope()) {
            work.handle(request, observed);
        } catch (Throwable e) {
            observed.failed(e);
        }
    }

    private static @Nullable String field(ServerRequest request, String key) {
        return key.equals("traceparent") ? request.traceparent() : null;
    }
}

package io.revproc.client;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.SenderContext;
import org.jspecify.annotations.Nullable;

/** Makes an observation of every message. The only class here that knows Micrometer: without it nothing loads this one. */
final class ObservedCalls implements CallObserver {
    private final ObservationRegistry registry;

    ObservedCalls(ObservationRegistry registry) {
        this.registry = registry;
    }

    @Override
    public Seen begun(Request request) {
        return new Observed(request, registry);
    }

    /** The carrier of the trace context as well. */
    private static final class Observed implements Seen {
        private final Observation observation;
        private Request request;

        Observed(Request request, ObservationRegistry registry) {
            this.request = request;
            SenderContext<Observed> context = new SenderContext<>((carrier, key, value) -> {
                if (carrier != null && key.equals("traceparent")) {
                    carrier.request = carrier.request.traceparent(value);
                }
            });
            context.setCarrier(this);
            context.setRemoteServiceName("revproc");
            observation = Observation.createNotStarted("revproc.client", () -> context, registry)
                    .contextualName("send " + request.policy())
                    .lowCardinalityKeyValues(KeyValues.of(KeyValue.of("policy", request.policy()))).start();
        }

        @Override
        public Request request() {
            return request;
        }

        @Override
        public void ended(@Nullable Throwable failure) {
            String outcome = failure == null
                    ? "answered"
                    : failure instanceof PolicyRefusedException refused
                            ? refused.code().name()
                            : failure.getClass().getSimpleName();
            observation.lowCardinalityKeyValue("outcome", outcome);
            if (failure != null) {
                observation.error(failure);
            }
            observation.stop();
        }
    }
}

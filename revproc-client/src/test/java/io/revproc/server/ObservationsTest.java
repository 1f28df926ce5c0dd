package io.revproc.server;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import io.micrometer.observation.transport.ReceiverContext;
import io.micrometer.observation.transport.SenderContext;
import io.revproc.client.Request;
import io.revproc.client.RevprocClient;
import io.revproc.client.ServerFailedException;
import io.revproc.wire.Ident;
import io.revproc.wire.Message;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

class ObservationsTest {
    private static final String TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final TestObservationRegistry registry = TestObservationRegistry.create();

    @Test
    void serverContinuesTheClientsTraceAndNamesTheOutcome() throws Exception {
        CompletableFuture<@Nullable String> continued = new CompletableFuture<>();
        registry.observationConfig().observationHandler(new ObservationHandler<ReceiverContext<ServerRequest>>() {
            @Override
            public void onStart(ReceiverContext<ServerRequest> context) {
                continued.complete(context.getGetter()
                        .get(Objects.requireNonNull(context.getCarrier()), "traceparent"));
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return context instanceof ReceiverContext;
            }
        });
        try (FakeProxy proxy = new FakeProxy();
                PolicyServer server = PolicyServer.builder().proxies("" + proxy.port())
                        .handle("PP_1", request -> {
                            assertThat(registry.getCurrentObservation()).isNotNull();
                            if (request.payloadText().isEmpty()) {
                                throw Refusal.retryable("not now");
                            }
                            return Reply.of("");
                        }).observations(registry).build().start()) {
            await().until(server::registered);
            try (Peer peer = new Peer(server.port())) {
                peer.send(new Message.Hello(proxy.lease("PP_1")), data("x"), data(""));
                peer.next();
                peer.next();
            }
        }
        assertThat(continued.get()).isEqualTo(TRACEPARENT);
        TestObservationRegistryAssert.assertThat(registry).hasNumberOfObservationsWithNameEqualTo("revproc.server", 2)
                .hasAnObservation(one -> one.hasLowCardinalityKeyValue("policy", "PP_1")
                        .hasLowCardinalityKeyValue("outcome", "answered"))
                .hasAnObservation(
                        one -> one.hasLowCardinalityKeyValue("outcome", "OVERLOADED"));
    }

    /** Of a reply that comes later nobody sees an exception: the message would wait for its deadline. */
    @Test
    void anObserverThatFailsCostsNoAnswer() throws Exception {
        registry.observationConfig().observationHandler(new ObservationHandler<ReceiverContext<ServerRequest>>() {
            @Override
            public void onStop(ReceiverContext<ServerRequest> context) {
                throw new IllegalStateException("the observer is broken");
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return context instanceof ReceiverContext;
            }
        });
        try (FakeProxy proxy = new FakeProxy();
                PolicyServer server = PolicyServer.builder().proxies("" + proxy.port())
                        .handleAsync("PP_1",
                                request -> CompletableFuture.supplyAsync(() -> {
                                    if (request.payloadText().isEmpty()) {
                                        throw Refusal.retryable("not now");
                                    }
                                    return Reply.of("later");
                                }, Thread::startVirtualThread))
                        .observations(registry).build().start()) {
            await().until(server::registered);
            try (Peer peer = new Peer(server.port())) {
                peer.send(new Message.Hello(proxy.lease("PP_1")), data("x"));
                assertThat(peer.next().toString()).contains("later");
                peer.send(data(""));
                assertThat(peer.next().toString()).contains("OVERLOADED");
            }
        }
    }

    private static Message.Data data(String payload) {
        return new Message.Data(Ident.of(1), Ident.of("PP_1"), 0, payload, Ident.of(payload.length()), false, null,
                TRACEPARENT, false);
    }

    @Test
    void clientHandsItsTraceOnAndNamesTheOutcome() throws Exception {
        registry.observationConfig().observationHandler(new ObservationHandler<SenderContext<Object>>() {
            @Override
            public void onStart(SenderContext<Object> context) {
                context.getSetter().set(context.getCarrier(), "traceparent", TRACEPARENT);
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return context instanceof SenderContext;
            }
        });
        CompletableFuture<@Nullable String> received = new CompletableFuture<>();
        try (PolicyServer server = PolicyServer.builder().handle("PP_1", request -> {
            received.complete(request.traceparent());
            if (request.payloadText().isEmpty()) {
                throw Refusal.failed("no");
            }
            return Reply.of("");
        }).part1(io.revproc.wire.SetupDialect.NUMBERS).proxies("1").build().start();
                RevprocClient client = RevprocClient.builder().proxies("" + server.port()).observations(registry)
                        .build()) {
            client.send("PP_1", "x").join();
            assertThatThrownBy(() -> client.call(Request.to("PP_1"))).isInstanceOf(ServerFailedException.class);
            assertThat(received.get()).isEqualTo(TRACEPARENT);
        }
        // a thread that waits for the reply may be told before the observation is
        await().untilAsserted(() -> TestObservationRegistryAssert.assertThat(registry)
                .hasNumberOfObservationsWithNameEqualTo("revproc.client", 2)
                .hasAnObservation(one -> one.hasLowCardinalityKeyValue("policy", "PP_1")
                        .hasLowCardinalityKeyValue("outcome", "answered"))
                .hasAnObservation(
                        one -> one.hasLowCardinalityKeyValue("outcome", "SERVER_FAILED")));
    }
}

package io.revproc.admin;

import java.time.Instant;
import java.util.List;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.wire.Ident;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** An entry of the switch table as JSON. */
@Schema(name = "Server", description = "A policy server's entry in the switch table")
record EndpointView(
        @Schema(description = "The server's id: a number if it is one, else a string", example = "1", types = {
                "integer", "string"}) Object id,
        @Schema(description = "Where its setup came from", example = "127.0.0.1") String host,
        @Schema(description = "Its data port", example = "9001") int port,
        @Schema(description = "Whether the proxy believes that it lives") boolean alive,
        @Schema(description = "The state that the operator or the server itself asked for") EndpointState.Mode state,
        @Schema(description = "The health that the proxy has seen: FAILED and EJECTED servers are tried again, LOST ones may register "
                + "anew") EndpointState.Liveness liveness,
        @Schema(description = "1: the seed's protocol, 2: registration session", example = "2") int proto,
        @Schema(description = "Whether many messages share a connection") boolean mux,
        @Schema(description = "Its share of the policy's messages", example = "1") int weight,
        @Schema(description = "The zone in which the server runs, if it stated one") @Nullable String zone,
        @Schema(description = "The most messages that it gets at a time", example = "256") int maxInFlight,
        @Schema(description = "Messages in flight at the server") int inFlight,
        @Schema(description = "Messages answered since the entry exists") long forwarded,
        @Schema(description = "Messages failed since the entry exists") long failed, Instant registeredAt,
        @Schema(description = "The time at which the lease expires unless a heartbeat comes; null without a lease") @Nullable Instant leaseExpiresAt,
        @Schema(description = "Whether the store has yet to get something of this entry: other proxies do not know it") boolean pending,
        @Schema(description = "The grant by which it registered; null if none was needed") @Nullable String grant,
        @Schema(description = "The region in which it states to process messages") @Nullable String region,
        @Schema(description = "The purposes for which it states to process messages") List<String> purposes,
        @Schema(description = "Why policies and grants let no message go there, whatever its state; null if they do") @Nullable String barred) {

    static EndpointView of(Endpoint endpoint, LeaseTimes leases) {
        EndpointSpec spec = endpoint.spec();
        EndpointState state = endpoint.state();
        return new EndpointView(json(spec.id()), spec.host(), spec.port(), state.alive(), state.mode(),
                state.liveness(), spec.proto(), spec.mux(), spec.weight(), spec.zone(), spec.maxInFlight(),
                endpoint.inFlight(),
                endpoint.forwarded(), endpoint.failed(), endpoint.registeredAt(), leases.expiresAt(endpoint),
                leases.pending(endpoint), spec.owner(), spec.processing().region(), spec.processing().purposes(),
                endpoint.bar());
    }

    /** A {@code Long} if the text is a number, however the server wrote it; else a {@code String}. */
    static Object json(Ident id) {
        return Ident.of(id.text()).quoted() ? id.text() : (Object) Long.valueOf(id.text());
    }
}

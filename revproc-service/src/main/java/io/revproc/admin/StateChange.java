package io.revproc.admin;

import java.util.Objects;

import io.revproc.proxy.route.EndpointState.Mode;
import io.swagger.v3.oas.annotations.media.Schema;

/** The body of a change of state. */
record StateChange(
        @Schema(requiredMode = Schema.RequiredMode.REQUIRED, description = "DRAINING: no new messages, those it has are finished. MAINTENANCE: the same, and it "
                + "stays out when it registers anew. ACTIVE: back in the rotation") Mode state) {
    /** A body without it is told what the body must be. */
    StateChange {
        Objects.requireNonNull(state);
    }
}

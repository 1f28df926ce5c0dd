package io.revproc.admin;

import io.revproc.proxy.route.EndpointState.Mode;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.NotNull;

/** The body of a change of state. */
record StateChange(
        @Schema(description = "DRAINING: no new messages, those it has are finished. MAINTENANCE: the same, and it "
                + "stays out when it registers anew. ACTIVE: back in the rotation") @NotNull(message = "state must be ACTIVE, DRAINING "
                        + "or MAINTENANCE") Mode state) {}

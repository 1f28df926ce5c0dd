package io.revproc.admin;

import java.time.InstantSource;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The proxies that share the table, over HTTP. */
@RestController
@Tag(name = "Proxies", description = "The proxies that share the switch table")
final class ProxiesController {
    private final KnownProxies known;
    private final OwnStatus own;
    private final ProxyFacts facts;
    private final InstantSource clock;

    ProxiesController(KnownProxies known, OwnStatus own, ProxyFacts facts, InstantSource clock) {
        this.known = known;
        this.own = own;
        this.facts = facts;
        this.clock = clock;
    }

    @GetMapping(path = "/admin/proxies", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "The proxies that share the switch table", description = "This one, and with revproc.store=etcd the others, by what each says of itself every few seconds. One that went "
            + "is listed for a day, at most the last 20, unless it comes back or this proxy is restarted")
    @ApiResponse(responseCode = "200")
    ProxiesView proxies() {
        return ProxiesView.of(known, own, facts.store(), clock.instant());
    }
}

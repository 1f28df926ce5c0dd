package io.revproc.settings;

import java.time.Duration;
import java.util.List;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.registration.RegistrationSettings;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Who may register, and how long a silent server is believed.
 *
 * @param heartbeat             how often a server of proto 2 is asked to send a heartbeat; 10 ms to 1 min. Shorter finds a
 *                              frozen server sooner and costs a message per server and heartbeat
 * @param ttl                   a server that was silent for this long is not alive; at least twice the heartbeat, so that one
 *                              that comes late takes nobody out; at most 10 min
 * @param grace                 how long the entry of a lost server is kept, so that it comes back to its place in the turn, its
 *                              counters and its maintenance; 0 to 1 d
 * @param allowedCidrs          the networks that servers may register from; none: nobody registers
 * @param maxEndpoints          the most entries in the whole table; about 1 KiB of memory each
 * @param maxEndpointsPerPolicy the most servers of one policy; a change of one of them copies an array of this length
 * @param grants                who may register for what; where there is one, every server needs one. Each has policies (PP_1 or
 *                              PP_*), one or more of token-sha256 ('bin/revproc grant new' makes token and hash), certificate (a
 *                              DNS name or URI in it; its data port must speak TLS) and cidrs, and optionally a name and ids
 * @param mtls                  whether every server must show a certificate, and the same one on its data port
 * @param part1SeveralPolicies  whether a Part 1 server may serve several policies at one address and port under one id. It holds no
 *                              lease: if not, its newest setup is the one that counts, since another program may have its address
 * @param grantWarning          how long before the end of a grant operators are warned: a line a day, and a metric; 0 to 365 d
 */
@Validated
@ConfigurationProperties(prefix = "revproc.registration", ignoreUnknownFields = false)
public record RegistrationProperties(@DefaultValue("1s") Duration heartbeat, @DefaultValue("3s") Duration ttl,
        @DefaultValue("10s") Duration grace, @DefaultValue({
                "127.0.0.0/8", "::1"}) List<Cidr> allowedCidrs,
        @DefaultValue("200000") @Min(1) @Max(10_000_000) int maxEndpoints,
        @DefaultValue("10000") @Min(1) @Max(1_000_000) int maxEndpointsPerPolicy,
        @DefaultValue List<GrantProperties> grants, @DefaultValue("false") boolean mtls,
        @DefaultValue("false") boolean part1SeveralPolicies, @DefaultValue("14d") Duration grantWarning) {
    /** @throws IllegalArgumentException if the values do not go together */
    public RegistrationProperties {
        new RegistrationSettings(heartbeat, ttl, grace, allowedCidrs, maxEndpoints, maxEndpointsPerPolicy,
                grants.stream().map(GrantProperties::grant).toList(), mtls, part1SeveralPolicies, grantWarning);
    }

    /** Returns them as the proxy takes them. */
    public RegistrationSettings settings() {
        return new RegistrationSettings(heartbeat, ttl, grace, allowedCidrs, maxEndpoints, maxEndpointsPerPolicy,
                grants.stream().map(GrantProperties::grant).toList(), mtls, part1SeveralPolicies, grantWarning);
    }
}

package io.revproc.settings;

import java.time.Duration;
import java.util.List;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.registration.RegistrationSettings;
import io.revproc.start.Bounds;
import io.revproc.start.CheckedSettings;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of registration: who may register, and how long a silent server counts as alive.
 *
 * @param heartbeat             how often a server of Part 2 has to send a heartbeat; 10 ms to 1 min. A shorter time finds
 *                              a frozen server sooner, and costs more messages
 * @param ttl                   the time of silence after which a server is not alive. At least twice the heartbeat, so
 *                              that one late heartbeat takes no server out; at most 10 min
 * @param grace                 how long the entry of a lost server is kept, so that the server can come back to its
 *                              place, its counters and its maintenance; 0 to 1 d
 * @param allowedCidrs          the networks from which servers may register; none: no server may
 * @param maxEndpoints          the most entries in the whole table, about 1 KiB of memory each
 * @param maxEndpointsPerPolicy the most servers of one policy. Each change of one of them copies a list of this length
 * @param grants                who may register for what; where there is one, every server needs one. Each has policies (PP_1 or
 *                              PP_*), one or more of token-sha256 ('bin/revproc grant new' makes token and hash), certificate (a
 *                              DNS name or URI in it; its data port must speak TLS) and cidrs, and optionally a name and ids
 * @param mtls                  whether every server must show a certificate, and the same one on its data port
 * @param part1SeveralPolicies  whether an old server may serve several policies at one address and port under one id. It
 *                              holds no lease. If false, only its newest setup counts, since another program may have its
 *                              address by now
 * @param grantWarning          how long before the end of a grant operators are warned, by a log line a day and a metric;
 *                              0 to 365 d
 */
@ConfigurationProperties("revproc.registration")
public record RegistrationProperties(@DefaultValue("1s") Duration heartbeat, @DefaultValue("3s") Duration ttl,
        @DefaultValue("10s") Duration grace, @DefaultValue({
                "127.0.0.0/8", "::1"}) List<Cidr> allowedCidrs,
        @DefaultValue("200000") int maxEndpoints,
        @DefaultValue("10000") int maxEndpointsPerPolicy,
        @DefaultValue List<GrantProperties> grants, @DefaultValue("false") boolean mtls,
        @DefaultValue("false") boolean part1SeveralPolicies,
        @DefaultValue("14d") Duration grantWarning) implements CheckedSettings {
    @Override
    public void check(Bounds bounds) {
        bounds.range("max-endpoints", maxEndpoints, 1, 10_000_000)
                .range("max-endpoints-per-policy", maxEndpointsPerPolicy, 1, 1_000_000)
                .together(this::settings);
    }

    /** Returns them as the proxy takes them. */
    public RegistrationSettings settings() {
        return new RegistrationSettings(heartbeat, ttl, grace, allowedCidrs, maxEndpoints, maxEndpointsPerPolicy,
                grants.stream().map(GrantProperties::grant).toList(), mtls, part1SeveralPolicies, grantWarning);
    }
}

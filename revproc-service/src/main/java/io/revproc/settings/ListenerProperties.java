package io.revproc.settings;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.listener.ListenerSettings;
import io.revproc.transport.Transport;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import org.hibernate.validator.constraints.Range;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * The raw-TCP listener.
 *
 * @param address        the address on which the proxy listens; 0.0.0.0 or :: for all addresses
 * @param port           the listener's port; 0 takes any free port, and the start line says which
 * @param eventLoops     the number of threads that carry messages; 0: one per core. A message stays on one of them
 * @param transport      the kernel's interface for connections: io-uring, epoll or nio; auto takes the first of these
 *                       that works
 * @param maxConnections the most connections at a time; further ones are refused as overloaded
 * @param maxConnectionsPerAddress the most connections from one address (of IPv6: one /64); 0: no limit of its own
 * @param tls            TLS for whoever connects over TCP
 * @param plaintext      whether the proxy speaks plain text on an address that is not loopback. Then everyone on the
 *                       network path can read and change all messages and registrations
 * @param unixSocket     a Unix-domain socket to listen on as well, for clients and servers of this machine, which count
 *                       as coming from loopback. Everyone who may write the file may connect. Default: none
 * @param proxyProtocol  whether the PROXY protocol header of a load balancer (version 1 or 2) says which address a
 *                       connection comes from. Needs {@code proxy-protocol-from}
 * @param proxyProtocolFrom the networks of the load balancers. A connection from there must begin with a PROXY protocol
 *                          header; a header from anywhere else is not believed
 * @param maxMessageSize the largest message, up to 64 MB. Each connection may hold one in memory
 * @param maxPartial     the most memory for messages that are incomplete or wait behind unanswered ones, over all
 *                       connections; one address may have half of it. Beyond it the connections that cost most are
 *                       refused as overloaded and closed. Default: an eighth of the heap. Never less than four of the
 *                       largest messages
 * @param maxUnanswered  when a connection has this many unanswered messages, the proxy stops reading from it
 * @param messageTimeout the time from a message's first byte to its last, after which its connection is closed. It
 *                       protects against clients that send very slowly
 * @param idleTimeout    the time after which a client's connection without traffic is closed; 0: never. Servers'
 *                       connections may stay idle for ever
 * @param shutdownWait   the time between readiness going down and the end of accepting connections, for load balancers
 *                       that check readiness
 * @param shutdownGrace  how long a shutdown waits for the replies that the proxy owes
 */
@Validated
@ConfigurationProperties(prefix = "revproc.listener", ignoreUnknownFields = false)
public record ListenerProperties(@DefaultValue("127.0.0.1") @NotNull InetAddress address,
        @DefaultValue("8123") @Range(max = 65535, message = "must be a port, 0 to 65535 (0: any free one)") int port,
        @DefaultValue("0") @Min(0) @Max(1024) int eventLoops,
        @DefaultValue("auto") Transport.@NotNull Choice transport,
        @DefaultValue("50000") @Min(1) @Max(10_000_000) int maxConnections,
        @DefaultValue("0") @Min(0) @Max(10_000_000) int maxConnectionsPerAddress,
        @DefaultValue @Valid @NotNull @NestedConfigurationProperty ListenerTlsProperties tls,
        @DefaultValue("false") boolean plaintext, @Nullable Path unixSocket,
        @DefaultValue("false") boolean proxyProtocol,
        @DefaultValue({
        }) List<Cidr> proxyProtocolFrom,
        @DefaultValue("1MB") @NotNull DataSize maxMessageSize, @Nullable DataSize maxPartial,
        @DefaultValue("64") @Min(1) @Max(10_000) int maxUnanswered,
        @DefaultValue("10s") @NotNull @DurationMin(millis = 100) @DurationMax(hours = 1) Duration messageTimeout,
        @DefaultValue("10m") @NotNull @DurationMin(nanos = 0) @DurationMax(days = 365) Duration idleTimeout,
        @DefaultValue("0s") @NotNull @DurationMin(nanos = 0) @DurationMax(minutes = 10) Duration shutdownWait,
        @DefaultValue("20s") @NotNull @DurationMin(nanos = 0) @DurationMax(minutes = 10) Duration shutdownGrace) {
    /** @throws IllegalArgumentException if the values do not go together */
    public ListenerProperties {
        new ListenerSettings(address, port, eventLoops, transport, maxConnections, maxConnectionsPerAddress,
                tls.settings(), plaintext, unixSocket, proxyProtocol, proxyProtocolFrom, maxMessageSize.toBytes(),
                maxPartial == null ? null : maxPartial.toBytes(), maxUnanswered, messageTimeout, idleTimeout,
                shutdownWait, shutdownGrace);
    }

    /** Returns them as the proxy takes them. */
    public ListenerSettings settings() {
        return new ListenerSettings(address, port, eventLoops, transport, maxConnections, maxConnectionsPerAddress,
                tls.settings(), plaintext, unixSocket, proxyProtocol, proxyProtocolFrom, maxMessageSize.toBytes(),
                maxPartial == null ? null : maxPartial.toBytes(), maxUnanswered, messageTimeout, idleTimeout,
                shutdownWait, shutdownGrace);
    }
}

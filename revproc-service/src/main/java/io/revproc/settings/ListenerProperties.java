package io.revproc.settings;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.listener.ListenerSettings;
import io.revproc.start.Bounds;
import io.revproc.start.CheckedSettings;
import io.revproc.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

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
 *                       as coming from loopback. Everyone who may write the file may connect. If this is set,
 *                       {@code transport=auto} takes epoll where it works: with io-uring and nio, a client that closes
 *                       its half of the connection gets no more replies. Default: none
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
@ConfigurationProperties("revproc.listener")
public record ListenerProperties(@DefaultValue("127.0.0.1") InetAddress address,
        @DefaultValue("8123") int port, @DefaultValue("0") int eventLoops,
        @DefaultValue("auto") Transport.Choice transport,
        @DefaultValue("50000") int maxConnections,
        @DefaultValue("0") int maxConnectionsPerAddress,
        @DefaultValue @NestedConfigurationProperty ListenerTlsProperties tls,
        @DefaultValue("false") boolean plaintext, @Nullable Path unixSocket,
        @DefaultValue("false") boolean proxyProtocol,
        @DefaultValue({
        }) List<Cidr> proxyProtocolFrom,
        @DefaultValue("1MB") DataSize maxMessageSize, @Nullable DataSize maxPartial,
        @DefaultValue("64") int maxUnanswered,
        @DefaultValue("10s") Duration messageTimeout,
        @DefaultValue("10m") Duration idleTimeout,
        @DefaultValue("0s") Duration shutdownWait,
        @DefaultValue("20s") Duration shutdownGrace) implements CheckedSettings {
    @Override
    public void check(Bounds bounds) {
        bounds.port("port", port)
                .range("event-loops", eventLoops, 0, 1024)
                .range("max-connections", maxConnections, 1, 10_000_000)
                .range("max-connections-per-address", maxConnectionsPerAddress, 0, 10_000_000)
                .nested("tls", tls)
                .range("max-unanswered", maxUnanswered, 1, 10_000)
                .range("message-timeout", messageTimeout, Duration.ofMillis(100), Duration.ofHours(1))
                .range("idle-timeout", idleTimeout, Duration.ZERO, Duration.ofDays(365))
                .range("shutdown-wait", shutdownWait, Duration.ZERO, Duration.ofMinutes(10))
                .range("shutdown-grace", shutdownGrace, Duration.ZERO, Duration.ofMinutes(10))
                .together(this::settings);
    }

    /** Returns them as the proxy takes them. */
    public ListenerSettings settings() {
        return new ListenerSettings(address, port, eventLoops, transport, maxConnections, maxConnectionsPerAddress,
                tls.settings(), plaintext, unixSocket, proxyProtocol, proxyProtocolFrom, maxMessageSize.toBytes(),
                maxPartial == null ? null : maxPartial.toBytes(), maxUnanswered, messageTimeout, idleTimeout,
                shutdownWait, shutdownGrace);
    }
}

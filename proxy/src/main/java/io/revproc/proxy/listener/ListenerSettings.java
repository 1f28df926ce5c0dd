package io.revproc.proxy.listener;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.revproc.proxy.access.Cidr;
import io.revproc.proxy.tls.ListenerTlsSettings;
import io.revproc.transport.Transport;
import org.jspecify.annotations.Nullable;

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
public record ListenerSettings(InetAddress address,
        int port, int eventLoops,
        Transport.Choice transport,
        int maxConnections,
        int maxConnectionsPerAddress,
        ListenerTlsSettings tls,
        boolean plaintext, @Nullable Path unixSocket,
        boolean proxyProtocol,
        List<Cidr> proxyProtocolFrom,
        long maxMessageSize, @Nullable Long maxPartial,
        int maxUnanswered,
        Duration messageTimeout,
        Duration idleTimeout,
        Duration shutdownWait,
        Duration shutdownGrace) {
    /** The share of the heap for each kind of memory that peers make grow. */
    static final int HEAP_SHARE = 8;
    private static final long MIN_SIZE = 256;
    private static final long MAX_SIZE = 64L << 20;

    /** The longest name of a Unix-domain socket that the kernel accepts, in bytes. */
    private static final int MAX_SOCKET_NAME = 107;

    /** @throws IllegalArgumentException if plain text would leave this machine unasked, the message size is out of bounds, or nobody may send the PROXY protocol */
    public ListenerSettings {
        proxyProtocolFrom = List.copyOf(proxyProtocolFrom);
        if (!tls.enabled() && !plaintext && !address.isLoopbackAddress()) {
            throw new IllegalArgumentException("revproc.listener.address " + address.getHostAddress()
                    + " is not loopback, and without TLS anybody on the way could read and change what is sent; set "
                    + "revproc.listener.tls.bundle, or revproc.listener.plaintext=true if the network is trusted");
        }
        if (proxyProtocol && proxyProtocolFrom.isEmpty()) {
            throw new IllegalArgumentException(
                    "revproc.listener.proxy-protocol needs revproc.listener.proxy-protocol-from, the networks of the load balancers");
        }
        if (unixSocket != null && unixSocket.toString().getBytes(StandardCharsets.UTF_8).length > MAX_SOCKET_NAME) {
            throw new IllegalArgumentException(
                    "revproc.listener.unix-socket has at most " + MAX_SOCKET_NAME + " bytes; choose a shorter path");
        }
        if (maxMessageSize < MIN_SIZE || maxMessageSize > MAX_SIZE) {
            throw new IllegalArgumentException("revproc.listener.max-message-size must lie between 256B and 64MB");
        }
    }

    public int loops() {
        return eventLoops == 0 ? Runtime.getRuntime().availableProcessors() : eventLoops;
    }

    /** Returns whether a connection from here must say whose it is. */
    boolean believes(InetAddress from) {
        return proxyProtocol && proxyProtocolFrom.stream().anyMatch(network -> network.contains(from));
    }

    int maxMessageBytes() {
        return (int) maxMessageSize;
    }
}

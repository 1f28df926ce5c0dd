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
 * @param address        where it listens; 0.0.0.0 or :: for all addresses
 * @param port           0 takes any free port, the start line says which
 * @param eventLoops     threads of the data path; 0: one per core. A message stays on one of them
 * @param transport      the kernel's interface: auto takes the best that works
 * @param maxConnections the most connections at once; one more is refused as overloaded
 * @param maxConnectionsPerAddress the most of them from one address (of IPv6: one /64); 0: as many as there may be
 * @param tls            TLS for whoever connects over TCP
 * @param plaintext      whether connections may be plain text on an address that is not loopback: then anybody on the way reads,
 *                       and changes, all messages and registrations
 * @param unixSocket     a file to listen on as well, for clients and servers of this machine; they count as its loopback
 *                       address. Who may write the file may connect. Default: none
 * @param proxyProtocol  whether a load balancer's PROXY protocol header (version 1 or 2) says where a connection comes from. Needs
 *                       {@code proxy-protocol-from}
 * @param proxyProtocolFrom the networks of the load balancers: connections from there must begin with a header. From anywhere
 *                       else nobody is believed
 * @param maxMessageSize the largest message, up to 64 MB; each connection may hold one in memory
 * @param maxPartial     the most memory that messages take which have begun and are not complete, or wait behind unanswered ones, over
 *                       all connections; one address may have half of it. Past it the connections that cost most are refused as
 *                       overloaded and closed. Default: an eighth of the heap. Never less than four of the largest messages
 * @param maxUnanswered  when so many messages of a connection are unanswered, no more of it are read
 * @param messageTimeout a message that has begun must be complete after this long: guards against clients that drip
 * @param idleTimeout    a client's connection without traffic is closed after this long; 0: never. Servers' connections
 *                       may stay idle for ever
 * @param shutdownWait   between readiness going down and the end of accepting; for load balancers that look at readiness
 * @param shutdownGrace  how long a shutdown waits for the replies that are owed
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
    /** Of the heap, so much is for each kind of memory that peers make grow. */
    static final int HEAP_SHARE = 8;
    private static final long MIN_SIZE = 256;
    private static final long MAX_SIZE = 64L << 20;

    /** What the kernel takes for the name of a socket. */
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

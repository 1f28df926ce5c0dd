package io.revproc.proxy.route;

import java.net.InetAddress;
import java.util.List;
import java.util.regex.Pattern;

import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * The content of a server's setup, and where the setup came from.
 *
 * @param address     the address that the setup came from; never one that a message names
 * @param port        the server's data port
 * @param proto       1 (the seed's protocol) or 2 (registration session)
 * @param mux         whether many messages share a connection, told apart by {@code msgId}
 * @param weight      share of the policy's messages, 1 to 1000
 * @param zone        where it runs, if it said so
 * @param maxInFlight the most messages at once, at least 1
 * @param tls         whether its data port speaks TLS
 * @param owner       the grant that the id is bound to; null where registration needs none
 * @param certificate SHA-256 in hexadecimal of the certificate that it registered with, and that its data port must have; null
 *                    if it showed none, or its data port is plain text
 * @param processing  what it states of its processing
 * @param alsoServes  the wider policies that it was told at its setup, in order: it takes their messages too, and no others
 */
public record EndpointSpec(Ident policy, Ident id, InetAddress address, int port, int proto, boolean mux, int weight,
        @Nullable String zone, int maxInFlight, boolean tls, @Nullable String owner, @Nullable String certificate,
        Processing processing, List<String> alsoServes) {
    private static final Pattern FINGERPRINT = Pattern.compile("[0-9a-f]{64}");

    /** @throws IllegalArgumentException if the certificate is no fingerprint */
    public EndpointSpec {
        alsoServes = List.copyOf(alsoServes);
        if (certificate != null && !FINGERPRINT.matcher(certificate).matches()) {
            throw new IllegalArgumentException("a certificate's fingerprint is 64 hexadecimal digits");
        }
    }

    /** Makes the spec of a server that takes only messages of its own policy. */
    public EndpointSpec(Ident policy, Ident id, InetAddress address, int port, int proto, boolean mux, int weight,
            @Nullable String zone, int maxInFlight, boolean tls, @Nullable String owner, @Nullable String certificate,
            Processing processing) {
        this(policy, id, address, port, proto, mux, weight, zone, maxInFlight, tls, owner, certificate, processing,
                List.of());
    }

    /** Makes the spec of a server that states nothing about its processing. */
    public EndpointSpec(Ident policy, Ident id, InetAddress address, int port, int proto, boolean mux, int weight,
            @Nullable String zone, int maxInFlight, boolean tls, @Nullable String owner, @Nullable String certificate) {
        this(policy, id, address, port, proto, mux, weight, zone, maxInFlight, tls, owner, certificate,
                Processing.UNSTATED);
    }

    /** Returns the address as digits, without a name or a zone. */
    public String host() {
        return address.getHostAddress();
    }

    /** {@code PP_1/1}, as the command line and the logs name an entry. */
    public String name() {
        return policy + "/" + id;
    }
}

package io.revproc.proxy.policy;

import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;

import io.revproc.proxy.access.Fingerprint;
import io.revproc.proxy.access.TokenHash;
import io.revproc.proxy.route.Processing;
import org.jspecify.annotations.Nullable;

/**
 * A server that wants to serve a policy: who it is, as far as the connection proves it, and what its setup says.
 *
 * @param address      where its connection comes from
 * @param certificates the chain that it proved to hold, its own first; empty without mutual TLS
 * @param token        of the token that it showed; null: none
 * @param tls          whether its data port speaks TLS
 * @param session      whether it holds a lease, which can end
 * @param evidence     what it proved; null: nothing
 */
public record Applicant(String policy, String id, InetAddress address, List<X509Certificate> certificates,
        @Nullable TokenHash token, boolean tls, Processing processing, boolean session, @Nullable Evidence evidence) {
    public Applicant {
        certificates = List.copyOf(certificates);
    }

    /** One that proves nothing beside its certificate and token. */
    public Applicant(String policy, String id, InetAddress address, List<X509Certificate> certificates,
            @Nullable TokenHash token, boolean tls, Processing processing) {
        this(policy, id, address, certificates, token, tls, processing, true, null);
    }

    /** Returns whether this evidence may be its own: what is bound to a certificate is shown by whoever holds that. */
    public boolean mayShow(Evidence shown) {
        return shown.mayBeShownWith(certificates.isEmpty() ? null : Fingerprint.of(certificates.getFirst()));
    }

    /** Returns the same one with this evidence. */
    public Applicant proving(@Nullable Evidence shown) {
        return new Applicant(policy, id, address, certificates, token, tls, processing, session, shown);
    }
}

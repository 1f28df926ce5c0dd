package io.revproc.proxy.listener;

import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;

import org.jspecify.annotations.Nullable;

/** The peer of one accepted connection. Belongs to the connection's event loop. */
final class ConnectedPeer {
    private final InetSocketAddress address;
    private final @Nullable TlsLink tls;
    /** Looked up when something depends on it. */
    private @Nullable ClientIdentity identity;

    /** @param tls null for a connection in plain text */
    ConnectedPeer(InetSocketAddress address, @Nullable TlsLink tls) {
        this.address = address;
        this.tls = tls;
    }

    InetSocketAddress address() {
        return address;
    }

    @Nullable
    TlsLink tls() {
        return tls;
    }

    /** Returns whether what has come last is held back, since it may be the peer's end. */
    boolean holdsBack() {
        return tls != null && tls.hold().holds();
    }

    /** Returns the certificates that it showed, its own first. */
    List<X509Certificate> certificates() {
        return tls == null ? List.of() : tls.certificates();
    }

    /** Returns SHA-256 of its certificate; null if it showed none. */
    byte @Nullable [] fingerprint() {
        return tls == null ? null : tls.fingerprint();
    }

    /** Looks whether the token has ended that the peer has shown. */
    void look(ClientTokens clock) {
        if (identity != null) {
            identity.look(clock);
        }
    }

    /** Returns whom the token is about that the peer has shown, safe to be shown; null if there is none. */
    @Nullable
    String subject() {
        return identity == null ? null : identity.subject();
    }

    /** Returns what the policies' rules on clients look at. */
    ClientIdentity identity() {
        ClientIdentity known = identity;
        if (known == null) {
            known = new ClientIdentity(address.getAddress(), certificates(), fingerprint());
            identity = known;
        }
        return known;
    }
}

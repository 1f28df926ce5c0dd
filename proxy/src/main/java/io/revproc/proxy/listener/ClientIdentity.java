package io.revproc.proxy.listener;

import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import io.revproc.proxy.access.AddressKey;

/** The peer of a connection, and the rules that it meets. Belongs to the connection's event loop. */
final class ClientIdentity {
    private final InetAddress address;
    private final AddressKey key;
    private final List<X509Certificate> certificates;
    /** Looked at once per rule: names in certificates take time to read. There are as many rules as the settings have. */
    private final Map<ClientRule, Boolean> admitted = new IdentityHashMap<>(2);

    /** @param certificates the chain that the peer proved to hold, its own first */
    ClientIdentity(InetAddress address, List<X509Certificate> certificates) {
        this.address = address;
        this.key = AddressKey.of(address);
        this.certificates = certificates;
    }

    InetAddress address() {
        return address;
    }

    AddressKey key() {
        return key;
    }

    List<X509Certificate> certificates() {
        return certificates;
    }

    boolean mayUse(ClientRule rule) {
        return admitted.computeIfAbsent(rule, unknown -> unknown.admits(this));
    }
}

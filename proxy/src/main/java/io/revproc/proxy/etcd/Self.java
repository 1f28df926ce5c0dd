package io.revproc.proxy.etcd;

import java.time.Instant;

import io.revproc.proxy.route.EndpointSpec;

/**
 * The identity of this proxy towards the others.
 *
 * @param proxy this process's name: another after each start
 */
record Self(String proxy, Site site) {
    /** Returns the entry of a server that was set up here. */
    SharedEntry entry(EndpointSpec spec, Instant registeredAt, String token, boolean lost) {
        return SharedEntry.of(spec, registeredAt, token, lost, proxy, site.of(spec.address()));
    }

    /** Returns whether the server of an entry can be reached from here. */
    boolean reaches(EntryKey key, SharedEntry entry) {
        return site.reaches(entry.spec(key).address(), entry.site());
    }
}

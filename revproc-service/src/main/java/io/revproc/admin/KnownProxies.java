package io.revproc.admin;

import java.util.List;

import io.revproc.proxy.peers.Peer;

/** The other proxies over the same table. Thread-safe. */
public interface KnownProxies {
    /** Returns whether the table is one that other proxies may share. */
    boolean shared();

    /** Returns those that are there, and those that went; none where the table is not shared. */
    List<Peer> others();
}

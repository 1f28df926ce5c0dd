package io.revproc.proxy.listener;

import java.net.InetSocketAddress;
import java.util.concurrent.ConcurrentHashMap;

import io.netty.channel.Channel;
import io.revproc.proxy.access.AddressKey;

/** Counts the connections of each address, up to a limit. Holds an entry only for addresses that have one. Thread-safe. */
final class AddressConnections {
    private final int limit;
    private final ConcurrentHashMap<AddressKey, Integer> counts = new ConcurrentHashMap<>();

    AddressConnections(int limit) {
        this.limit = limit;
    }

    /**
     * Counts the connection until it is closed.
     *
     * @param peer whose connection it is
     * @return false if its address has as many as it may have
     */
    boolean enter(Channel channel, InetSocketAddress peer) {
        AddressKey address = AddressKey.of(peer.getAddress());
        if (counts.merge(address, 1, Integer::sum) > limit) {
            leave(address);
            return false;
        }
        channel.closeFuture().addListener(closed -> leave(address));
        return true;
    }

    private void leave(AddressKey address) {
        counts.computeIfPresent(address, (key, count) -> count == 1 ? null : count - 1);
    }
}

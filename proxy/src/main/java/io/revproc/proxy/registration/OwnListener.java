package io.revproc.proxy.registration;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Where this proxy listens: never an endpoint, since its messages would come back to it. Thread-safe.
 *
 * @param local     null: nowhere yet
 * @param ofMachine whether an address is one of this machine's
 */
record OwnListener(@Nullable InetSocketAddress local, Predicate<InetAddress> ofMachine) {
    static final OwnListener NONE = new OwnListener(null, address -> false);

    OwnListener(InetSocketAddress local) {
        this(local, OwnListener::isOfThisMachine);
    }

    boolean is(InetAddress address, int port) {
        InetSocketAddress mine = local;
        if (mine == null || mine.getPort() != port) {
            return false;
        }
        return mine.getAddress().isAnyLocalAddress() ? ofMachine.test(address) : mine.getAddress().equals(address);
    }

    private static boolean isOfThisMachine(InetAddress address) {
        if (address.isLoopbackAddress() || address.isAnyLocalAddress()) {
            return true;
        }
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            return false;
        }
    }
}

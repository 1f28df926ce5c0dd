package io.revproc.proxy.listener;

import java.net.InetAddress;
import java.net.InetSocketAddress;

import io.netty.channel.Channel;

/**
 * A connection that was accepted, on its way through the {@link AdmissionStep}s.
 *
 * @param peer    whose connection it is
 * @param local   whether it came over the Unix socket: from a user of this machine
 * @param secured whether it speaks TLS
 */
record Accepted(Channel channel, ListenerLoop loop, InetSocketAddress peer, boolean local, boolean secured) {
    private static final InetSocketAddress THIS_MACHINE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    /** @param tls whether connections over TCP speak TLS */
    static Accepted of(Channel channel, ListenerLoop loop, boolean tls) {
        return channel.remoteAddress() instanceof InetSocketAddress remote
                ? new Accepted(channel, loop, remote, false, tls)
                : new Accepted(channel, loop, THIS_MACHINE, true, false);
    }

    /** Returns the same connection as one of this peer, in whose name a load balancer opened it. */
    Accepted of(InetSocketAddress source) {
        return new Accepted(channel, loop, source, local, secured);
    }
}

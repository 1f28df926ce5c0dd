package io.revproc.proxy.forward;

import java.util.function.Consumer;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.revproc.proxy.route.Endpoint;

/** Opens connections to servers. Used on one event loop. */
@FunctionalInterface
interface Dialer {
    /**
     * Opens a connection. Returns what may still stop that.
     *
     * @param handler   gets the channel's events
     * @param connected something may be sent; not told together with {@code failed}
     * @param failed    there is no connection to this server now, or its certificate is not the one that it registered with
     */
    Dial connect(Endpoint endpoint, ChannelHandler handler, Consumer<Channel> connected,
            Consumer<ConnectFailure> failed);

    /** A connection that is being opened. */
    interface Dial {
        /**
         * Stops further attempts. Returns whether there will surely be no connection, and then neither callback is called; false changes
         * nothing: an attempt is under way, or has ended.
         */
        boolean cancel();
    }
}

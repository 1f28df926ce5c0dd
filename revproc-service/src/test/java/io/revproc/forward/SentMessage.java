package io.revproc.forward;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** What the delivery record sees of a message, for tests of the record alone. */
public final class SentMessage extends Delivery {
    private static final InetSocketAddress CLIENT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 40_000);

    @Override
    public InetSocketAddress client() {
        return CLIENT;
    }
}

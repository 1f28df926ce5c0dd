package io.revproc.proxy.forward;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** What the delivery record sees of a message, for tests of the record alone. */
public final class SentMessage extends Delivery {
    private static final InetSocketAddress CLIENT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 40_000);

    private final InetSocketAddress client;

    public SentMessage() {
        this(CLIENT);
    }

    public SentMessage(InetSocketAddress client) {
        this.client = client;
    }

    @Override
    public InetSocketAddress client() {
        return client;
    }
}

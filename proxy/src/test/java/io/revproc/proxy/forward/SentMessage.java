package io.revproc.proxy.forward;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** What the delivery record sees of a message, for tests of the record alone. */
public final class SentMessage extends Delivery {
    private static final InetSocketAddress CLIENT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 40_000);

    private final InetSocketAddress client;
    private final boolean recorded;

    public SentMessage() {
        this(CLIENT);
    }

    public SentMessage(InetSocketAddress client) {
        this(client, true);
    }

    private SentMessage(InetSocketAddress client, boolean recorded) {
        this.client = client;
        this.recorded = recorded;
    }

    /** One of a policy that is not recorded. */
    public static SentMessage unrecorded() {
        return new SentMessage(CLIENT, false);
    }

    @Override
    public boolean recorded() {
        return recorded;
    }

    @Override
    public InetSocketAddress client() {
        return client;
    }
}

package io.revproc.proxy.audit;

import java.net.InetSocketAddress;

import io.revproc.proxy.route.Endpoint;
import org.jspecify.annotations.Nullable;

/** What became of a message, on its way through a {@link RecordRing}. Each end of a ring has one and uses it again. */
final class Delivered {
    long millis;
    int micros;
    int outcome;
    int size;
    /** What the entry holds for the message, most significant first. */
    long digest0;
    long digest1;
    long digest2;
    long digest3;
    long nonce;
    @Nullable
    InetSocketAddress client;
    @Nullable
    Endpoint endpoint;
    byte @Nullable [] clientCertificate;
    /** Null if the client wants none. */
    @Nullable
    PendingReceipt receipt;

    /** Lets go of what must not be held. */
    void clear() {
        client = null;
        endpoint = null;
        clientCertificate = null;
        receipt = null;
    }
}

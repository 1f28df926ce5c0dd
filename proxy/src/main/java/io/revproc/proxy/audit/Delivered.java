package io.revproc.proxy.audit;

import java.net.InetSocketAddress;

import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/** The outcome of a message, on its way through a {@link RecordRing}. Each end of a ring has one and reuses it. */
final class Delivered {
    long millis;
    int micros;
    int outcome;
    int size;
    /** The entry's digest of the message, most significant first. */
    long digest0;
    long digest1;
    long digest2;
    long digest3;
    long nonce;
    @Nullable
    InetSocketAddress client;
    @Nullable
    Endpoint endpoint;
    /** The policy that the message names where the endpoint is one of a narrower policy; else null. */
    @Nullable
    Ident asked;
    byte @Nullable [] clientCertificate;
    /** Null if the client wants none. */
    @Nullable
    PendingReceipt receipt;

    /** Lets go of what must not be held. */
    void clear() {
        client = null;
        endpoint = null;
        asked = null;
        clientCertificate = null;
        receipt = null;
    }
}

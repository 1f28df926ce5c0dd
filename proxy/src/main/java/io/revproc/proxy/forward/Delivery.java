package io.revproc.proxy.forward;

import java.net.InetSocketAddress;

import io.revproc.proxy.route.Endpoint;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/**
 * The data of a message for the delivery record: who sent it, and the record's own notes until the outcome is known.
 * Belongs to one event loop. The notes are the {@link DeliveryLog}'s alone.
 */
public abstract class Delivery {
    /** The record's digest of the message, most significant first, and the nonce of its salt. */
    public long digest0;
    public long digest1;
    public long digest2;
    public long digest3;
    public long nonce;
    /** The message's bytes. */
    public int bytes;
    /** Whether a place for its record is kept. */
    public boolean reserved;
    /** Whether the client wants a receipt. */
    public boolean receipt;

    Delivery() {}

    /** Returns whether the record holds the deliveries of its policy. */
    public boolean recorded() {
        return true;
    }

    /** Returns where the message came from. */
    public abstract InetSocketAddress client();

    /** Returns the policy that the message names if the endpoint is one of a narrower policy; null if the endpoint is one of its own. */
    public @Nullable Ident widened(Endpoint endpoint) {
        return null;
    }

    /** Returns SHA-256 of the certificate that the client showed; null if it showed none. */
    public byte @Nullable [] clientCertificate() {
        return null;
    }
}

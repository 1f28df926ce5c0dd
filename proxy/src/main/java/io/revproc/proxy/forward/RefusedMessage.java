package io.revproc.proxy.forward;

import java.net.InetSocketAddress;

import io.revproc.proxy.route.Disclosure;
import io.revproc.wire.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * A message that was refused before it was given to a policy, with what could be read of it.
 *
 * @param policy      the policy that it names; null if that is not known
 * @param clientId    its {@code srcid} as JSON; empty if it is not known. Not to be changed
 * @param traceparent what stands in its {@code traceparent}; empty if there is none. Not to be changed
 * @param bytes       of the message, as far as it came
 * @param disclosure  what is taken down of it
 */
public record RefusedMessage(InetSocketAddress client, @Nullable String policy, byte[] clientId, byte[] traceparent,
        ErrorCode code, int bytes, Disclosure disclosure) {
    /** One of no policy that would want less of it taken down. */
    public RefusedMessage(InetSocketAddress client, @Nullable String policy, byte[] clientId, byte[] traceparent,
            ErrorCode code, int bytes) {
        this(client, policy, clientId, traceparent, code, bytes, Disclosure.ALL);
    }
}

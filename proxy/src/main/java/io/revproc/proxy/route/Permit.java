package io.revproc.proxy.route;

import org.jspecify.annotations.Nullable;

/**
 * One message's place at an endpoint, and in its policy. Taken before the message leaves, given back exactly once: a second
 * release does nothing. Reused for the message's next attempt. Not thread-safe: it belongs to the message's event loop.
 */
public final class Permit {
    private @Nullable Endpoint endpoint;
    private @Nullable PolicyLoad load;

    /** Takes a place, unless the endpoint or its policy is at its limit. */
    public boolean tryAcquire(Endpoint wanted, PolicyLoad policy) {
        assert endpoint == null : "a permit is given back before the next is taken";
        if (!wanted.enter()) {
            return false;
        }
        if (!policy.enter()) {
            wanted.leave();
            return false;
        }
        endpoint = wanted;
        load = policy;
        return true;
    }

    /** Returns where the message is; null if it holds no place. */
    public @Nullable Endpoint endpoint() {
        return endpoint;
    }

    /**
     * Gives the place back.
     *
     * @return whether messages wait for it, the policy's or those of another policy that the endpoint may serve
     */
    public boolean release() {
        Endpoint left = endpoint;
        PolicyLoad policy = load;
        if (left == null || policy == null) {
            return false;
        }
        endpoint = null;
        load = null;
        left.leave();
        return policy.leave() || left.othersWait();
    }
}

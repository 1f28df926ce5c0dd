package io.revproc.proxy.route;

/** Decides which endpoint of a policy a message goes to first. One instance per policy. Thread-safe. */
public interface LoadBalancer {
    /**
     * The endpoint to try first; if it is busy, the ones after it (around the end) are next.
     *
     * @param candidates the policy's selectable endpoints in order of registration, at least one; not to be changed
     * @param key        a hash of the client's {@code srcid}, for algorithms that stick to it
     * @return an index into {@code candidates}
     */
    int choose(Endpoint[] candidates, int key);
}

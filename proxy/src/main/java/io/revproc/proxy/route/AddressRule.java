package io.revproc.proxy.route;

/**
 * Says which entries an address and port no longer belong to once a server registered there: processes and pods come and go, and
 * the next one at an address must not get the messages of the one before it.
 *
 * @param part1SeveralPolicies whether a Part 1 server, told by its id, may serve several policies. It holds no lease by which it
 *                             could say which of them are still its own
 */
public record AddressRule(boolean part1SeveralPolicies) {
    /** A Part 1 server serves the policy that it registered for last. */
    public static final AddressRule STRICT = new AddressRule(false);

    /**
     * Returns whether the other entry gives way.
     *
     * @param newest who registered at the address just now
     * @param other  an entry of the same address and port, for another policy or of another id
     */
    boolean displaces(EndpointSpec newest, EndpointSpec other) {
        // One program speaks one protocol: another one listens there now.
        return !newest.id().equals(other.id()) || newest.proto() != other.proto()
                || newest.proto() == 1 && !part1SeveralPolicies;
    }
}

package io.revproc.proxy.route;

import java.time.Instant;

/** Entries without a table, for tests of those who only read them. */
public final class Endpoints {
    private Endpoints() {}

    /** Returns an entry that no table has. */
    public static Endpoint of(EndpointSpec spec, EndpointState state) {
        return new Endpoint(spec, state, Instant.EPOCH, 0);
    }

    /** Returns one whose server may not serve any more. */
    public static Endpoint revoked(EndpointSpec spec, EndpointState state, String why) {
        Endpoint endpoint = of(spec, state);
        endpoint.revoked(why);
        return endpoint;
    }
}

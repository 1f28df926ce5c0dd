package io.revproc.proxy.audit;

import java.net.InetAddress;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EndpointState;
import io.revproc.proxy.route.Endpoints;
import io.revproc.wire.Ident;

/** Servers for tests of the record alone. */
final class Servers {
    private Servers() {}

    static Endpoint of(String policy, int id) {
        return Endpoints.of(new EndpointSpec(Ident.of(policy), Ident.of(id), InetAddress.getLoopbackAddress(), 9001, 1,
                false, 1, null, 10, false, null, null), EndpointState.registered(null));
    }
}

package io.revproc.proxy.forward;

import java.util.IdentityHashMap;
import java.util.Map;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointState;
import org.jspecify.annotations.Nullable;

/** The kept connections of one event loop, at most one to each endpoint that new messages may go on. Used on that loop only. */
final class Upstreams {
    private final Map<Endpoint, MuxConnection> kept = new IdentityHashMap<>();

    /** The connection for new messages to this endpoint, opened under its present lease; null if there is none. */
    @Nullable
    MuxConnection find(Endpoint endpoint) {
        MuxConnection connection = kept.get(endpoint);
        if (connection != null && connection.isOfAnotherLease()) {
            connection.retire();
            return null;
        }
        return connection;
    }

    void keep(Endpoint endpoint, MuxConnection connection) {
        kept.put(endpoint, connection);
    }

    void remove(Endpoint endpoint, MuxConnection connection) {
        kept.remove(endpoint, connection);
    }

    /**
     * An endpoint's state may be another: a connection to a server that is out, or that was opened under a lease that is no more, gets
     * no more messages. It may be dead without a word, and a trial on it would never go well.
     */
    void changed(Endpoint endpoint) {
        MuxConnection connection = kept.get(endpoint);
        EndpointState state = endpoint.state();
        if (connection != null && (!state.alive() || connection.isOfAnotherLease())) {
            connection.retire();
        }
    }
}

package io.revproc.proxy.forward;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.EndpointSpec;
import io.revproc.proxy.route.EntryRule;
import io.revproc.proxy.route.Hierarchy;
import io.revproc.proxy.route.Processing;
import io.revproc.proxy.route.SwitchTable;
import io.revproc.wire.Ident;
import org.jspecify.annotations.Nullable;

/** A policy NARROW whose servers may get messages of PP_1. */
final class NarrowerPolicy implements EntryRule {
    private final Hierarchy hierarchy = Hierarchy.of(Map.of("PP_1", List.of("NARROW")));

    private NarrowerPolicy() {}

    /** Registers a server of it; the table has this rule then. */
    static Endpoint register(SwitchTable table, int id, boolean mux, int maxInFlight) {
        if (table.routes().find("NARROW") == null) {
            table.ruledBy(new NarrowerPolicy());
            table.reassess();
        }
        return table.register(new EndpointSpec(Ident.of("NARROW"), Ident.of(id), InetAddress.getLoopbackAddress(),
                9000 + id, 2, mux, 1, null, maxInFlight, false, null, null, Processing.UNSTATED, List.of("PP_1")),
                "lease-" + id);
    }

    @Override
    public @Nullable String objection(EndpointSpec spec) {
        return null;
    }

    @Override
    public Hierarchy hierarchy() {
        return hierarchy;
    }

    @Override
    public List<String> widens(EndpointSpec spec) {
        return spec.alsoServes();
    }
}

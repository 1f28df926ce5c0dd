package io.revproc.health;

import io.revproc.route.RouteTable;
import io.revproc.route.TableObserver;
import io.revproc.upstream.Endpoint;
import io.revproc.wire.Ident;
import io.revproc.wire.LogValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs that a policy lost its last server, or is not remembered any more. */
public final class PolicyWatch implements TableObserver {
    private static final Logger log = LoggerFactory.getLogger(PolicyWatch.class);

    @Override
    public void changed(Change change, Endpoint endpoint, RouteTable table) {
        Ident policy = endpoint.spec().policy();
        if (change == Change.REMOVED && table.find(policy.text()) == null) {
            log.warn("event=policy_without_server policy={}", LogValue.of(policy.text()));
        }
    }

    @Override
    public void unservedChanged(Ident policy, RouteTable table) {
        if (table.unserved(policy.text()) == null) {
            log.info("event=policy_forgotten policy={}", LogValue.of(policy.text()));
        }
    }
}

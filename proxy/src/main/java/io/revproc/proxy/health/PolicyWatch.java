package io.revproc.proxy.health;

import io.revproc.proxy.route.Endpoint;
import io.revproc.proxy.route.RouteTable;
import io.revproc.proxy.route.TableObserver;
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

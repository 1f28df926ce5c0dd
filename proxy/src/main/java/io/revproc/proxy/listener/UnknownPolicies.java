package io.revproc.proxy.listener;

import java.net.InetAddress;
import java.util.function.LongSupplier;

import io.revproc.proxy.access.LineLimit;
import io.revproc.proxy.policy.RulesInForce;
import io.revproc.wire.LogValue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refuses messages for policies that are not declared, where policies have to be. Asked only about messages that no server is there
 * for: an undeclared policy has none in rotation. Thread-safe.
 */
public final class UnknownPolicies {
    private static final Logger log = LoggerFactory.getLogger(UnknownPolicies.class);

    private final RulesInForce rules;
    private final LineLimit lines;

    /** @param nanoClock as {@link System#nanoTime()} */
    public UnknownPolicies(RulesInForce rules, LongSupplier nanoClock) {
        this.rules = rules;
        this.lines = new LineLimit(nanoClock);
    }

    /** Returns whether policies have to be declared now. */
    boolean mayRefuse() {
        return rules.rules().declaredOnly();
    }

    /** Returns whether the policy is refused; if so, the log says which one was probably meant. */
    boolean refuses(String policy, InetAddress client) {
        if (!rules.rules().unknown(policy)) {
            return false;
        }
        long others = lines.next();
        if (others >= 0) {
            log.warn("event=unknown_policy peer={} policy={} near={} unlogged={}", client.getHostAddress(),
                    LogValue.of(policy), LogValue.of(String.join(",", rules.rules().near(policy))), others);
        }
        return true;
    }
}

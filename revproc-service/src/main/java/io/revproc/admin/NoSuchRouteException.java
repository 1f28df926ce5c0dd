package io.revproc.admin;

import java.util.Locale;

import io.revproc.proxy.policy.Absence;
import io.revproc.proxy.policy.PolicyRules;
import io.revproc.proxy.route.RouteTable;

/** Asked for something that is not in the switch table. */
final class NoSuchRouteException extends RuntimeException {
    NoSuchRouteException(String sentence) {
        super(sentence, null, false, false);
    }

    /** A policy without a server: why it has none, or which policy may be meant. */
    static NoSuchRouteException of(String policy, RouteTable table, PolicyRules rules) {
        String why = String.valueOf(Absence.of(policy, table, rules));
        return new NoSuchRouteException(
                why.startsWith(policy) ? why : why.substring(0, 1).toUpperCase(Locale.ROOT) + why.substring(1));
    }
}

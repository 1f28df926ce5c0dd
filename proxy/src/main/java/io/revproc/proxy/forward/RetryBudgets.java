package io.revproc.proxy.forward;

import java.util.Map;
import java.util.WeakHashMap;

import io.revproc.proxy.route.PolicyLoad;

/** Holds the {@link RetryBudget} of each policy, for one event loop. Not thread-safe. */
final class RetryBudgets {
    private final int percent;
    /** A budget is removed with its policy. */
    private final Map<PolicyLoad, RetryBudget> budgets = new WeakHashMap<>();

    /** @param percent retries per hundred messages */
    RetryBudgets(int percent) {
        this.percent = percent;
    }

    RetryBudget of(Exchange exchange) {
        return budgets.computeIfAbsent(exchange.routes.load(), load -> new RetryBudget(percent));
    }
}

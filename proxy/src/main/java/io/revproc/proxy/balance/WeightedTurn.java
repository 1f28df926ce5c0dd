package io.revproc.proxy.balance;

import java.util.Comparator;
import java.util.PriorityQueue;

import io.revproc.proxy.route.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * The order in which endpoints of one snapshot have their turn. Where all weights are the same it is their order of
 * registration; else each comes as often as its weight says, as far apart as possible.
 *
 * @param candidates the endpoints
 * @param order      indexes of candidates; null: one after the other
 */
record WeightedTurn(Endpoint[] candidates, int @Nullable [] order) {
    /** A longer turn is shortened, at the price of exact shares: it is made anew with every snapshot. */
    static final int MAX_STEPS = 2048;

    static WeightedTurn of(Endpoint[] candidates) {
        long sum = 0;
        int divisor = 0;
        for (Endpoint endpoint : candidates) {
            sum += endpoint.spec().weight();
            divisor = divisor(endpoint.spec().weight(), divisor);
        }
        if (sum == (long) divisor * candidates.length) {
            return new WeightedTurn(candidates, null);
        }
        long steps = sum / divisor;
        double scale = steps > MAX_STEPS ? MAX_STEPS / (double) steps : 1;
        int[] shares = new int[candidates.length];
        int length = 0;
        for (int i = 0; i < shares.length; i++) {
            int share = candidates[i].spec().weight() / divisor;
            shares[i] = Math.max(1, (int) (share * scale));
            length += shares[i];
        }
        return new WeightedTurn(candidates, order(shares, length));
    }

    int at(long cursor) {
        return order == null ? (int) (cursor % candidates.length) : order[(int) (cursor % order.length)];
    }

    /** Returns the order of turns: the n-th turn of an endpoint with share s is due at (n - 1/2) / s: whoever is due first comes first. */
    private static int[] order(int[] shares, int length) {
        record Due(double at, int index, int turn) {}
        PriorityQueue<Due> due = new PriorityQueue<>(
                Comparator.comparingDouble(Due::at).thenComparingInt(Due::index));
        for (int i = 0; i < shares.length; i++) {
            due.add(new Due(0.5 / shares[i], i, 1));
        }
        int[] order = new int[length];
        for (int step = 0; step < length; step++) {
            Due next = due.remove();
            order[step] = next.index();
            due.add(new Due((next.turn() + 0.5) / shares[next.index()], next.index(), next.turn() + 1));
        }
        return order;
    }

    private static int divisor(int a, int b) {
        return b == 0 ? a : divisor(b, a % b);
    }
}

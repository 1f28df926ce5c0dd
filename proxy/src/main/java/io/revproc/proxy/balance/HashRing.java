package io.revproc.proxy.balance;

import java.util.Arrays;

import io.revproc.proxy.route.Endpoint;

/** Points of endpoints on a circle of hashes. An endpoint's points depend on its id alone, not on who else is there. Immutable. */
final class HashRing {
    private static final int POINTS = 100;
    /** A bound for the whole ring, which is made anew with every snapshot; heavy endpoints and many of them share it. */
    private static final int MAX_POINTS = 1 << 16;

    private final Endpoint[] candidates;
    /** Hash in the upper half, index of the endpoint in the lower: sorted by hash. */
    private final long[] points;
    private final long weight;

    private HashRing(Endpoint[] candidates, long[] points, long weight) {
        this.candidates = candidates;
        this.points = points;
        this.weight = weight;
    }

    static HashRing of(Endpoint[] candidates) {
        long weight = 0;
        int least = Integer.MAX_VALUE;
        for (Endpoint endpoint : candidates) {
            weight += endpoint.spec().weight();
            least = Math.min(least, endpoint.spec().weight());
        }
        double perWeight = Math.min(POINTS / (double) least, MAX_POINTS / (double) weight);
        long[] points = new long[candidates.length];
        int n = 0;
        for (int i = 0; i < candidates.length; i++) {
            int count = Math.max(1, (int) (candidates[i].spec().weight() * perWeight));
            int seed = candidates[i].spec().id().text().hashCode();
            for (int point = 0; point < count; point++) {
                if (n == points.length) {
                    points = Arrays.copyOf(points, 2 * n);
                }
                points[n++] = (long) mix(seed * 31 + point * 0x9e3779b9) << 32 | i;
            }
        }
        long[] sorted = Arrays.copyOf(points, n);
        Arrays.sort(sorted);
        return new HashRing(candidates, sorted, weight);
    }

    Endpoint[] candidates() {
        return candidates;
    }

    long weight() {
        return weight;
    }

    int length() {
        return points.length;
    }

    /** Returns where the key's walk along the ring begins. */
    int find(int key) {
        int at = Arrays.binarySearch(points, (long) mix(key) << 32);
        return at >= 0 ? at : ~at;
    }

    /** Returns the endpoint at a place of the ring, which has no end. */
    int at(int place) {
        return (int) points[place % points.length];
    }

    /** Mixes a key: every bit of the hash depends on every bit of the key (MurmurHash3's last step). */
    private static int mix(int key) {
        int h = key;
        h = (h ^ h >>> 16) * 0x85ebca6b;
        h = (h ^ h >>> 13) * 0xc2b2ae35;
        return h ^ h >>> 16;
    }
}

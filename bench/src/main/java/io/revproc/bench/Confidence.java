package io.revproc.bench;

import java.util.List;

/**
 * A ratio and where it lies with 95 % confidence, from ratios of pairs: the mean of their logarithms and Student's t, since a ratio
 * and its inverse say the same.
 */
record Confidence(double from, double ratio, double to) {
    /** Of Student's distribution, 97.5 %, by degrees of freedom from 1 on. */
    private static final double[] T = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201,
            2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
            2.052, 2.048, 2.045, 2.042};
    private static final double T_OF_MANY = 1.96;

    /** Returns it for so many pairs; with a single one nothing is known but the ratio. */
    static Confidence of(List<Double> ratios) {
        int n = ratios.size();
        double mean = ratios.stream().mapToDouble(Math::log).average().orElseThrow();
        if (n == 1) {
            return new Confidence(0, Math.exp(mean), Double.POSITIVE_INFINITY);
        }
        double squares = ratios.stream().mapToDouble(ratio -> Math.pow(Math.log(ratio) - mean, 2)).sum();
        double half = (n - 2 < T.length ? T[n - 2] : T_OF_MANY) * Math.sqrt(squares / (n - 1) / n);
        return new Confidence(Math.exp(mean - half), Math.exp(mean), Math.exp(mean + half));
    }
}

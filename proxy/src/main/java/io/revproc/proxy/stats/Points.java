package io.revproc.proxy.stats;

import java.util.Map;

/**
 * The points of a chart.
 *
 * @param from    the second since 1970 at which the first point begins
 * @param step    seconds between two points
 * @param figures points by the figure's name, oldest first; not a number where nothing is known. The arrays are the caller's
 */
public record Points(long from, int step, Map<String, float[]> figures) {}

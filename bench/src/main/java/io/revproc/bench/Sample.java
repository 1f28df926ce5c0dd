package io.revproc.bench;

/**
 * One run of the load against one target.
 *
 * @param perSecond   answers a second
 * @param cpuMicros   microseconds of processor time of the proxy for each message
 * @param p50Micros   the median latency
 * @param errors      answers that were refusals or had a wrong hash
 */
record Sample(double perSecond, double cpuMicros, double p50Micros, double p99Micros, double p999Micros, long errors) {}

/**
 * The metrics for Prometheus: the counts of the data path, gathered when Prometheus asks. No message calls anything here. The number of
 * series has a bound, whatever names clients and servers send.
 */
@NullMarked
package io.revproc.metrics;

import org.jspecify.annotations.NullMarked;

/**
 * The metrics for Prometheus: the counts of the data path, gathered when it asks. Nothing here is called for a message.
 * How many series there can be is bounded, whatever clients and servers name.
 */
@NullMarked
package io.revproc.metrics;

import org.jspecify.annotations.NullMarked;

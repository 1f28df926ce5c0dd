/**
 * The benchmark compares this proxy with HAProxy and others: they run in turn, on the same core and with the same load. There are also
 * micro-benchmarks of framing and routing. The tests run none of this.
 */
@NullMarked
package io.revproc.bench;

import org.jspecify.annotations.NullMarked;

/**
 * The benchmark: this proxy beside HAProxy and others on the same core, in turn, with the same load; and micro-benchmarks of framing
 * and routing. Never part of the tests.
 */
@NullMarked
package io.revproc.bench;

import org.jspecify.annotations.NullMarked;
